using CrdrTools.Core.Operations;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Reports;

/// <summary>What one operation came to, as its journal tells it. Holds no secret: nothing of the pair's settings is taken over.</summary>
public sealed record OperationReport
{
    /// <summary>The operation's id.</summary>
    public required string Operation { get; init; }
    /// <summary>The pair.</summary>
    public required string Pair { get; init; }
    /// <summary>The provider's kind, where the journal's first line can be read.</summary>
    public string? Provider { get; init; }
    /// <summary>The verb, where the journal's first line can be read.</summary>
    public CrdrVerb? Verb { get; init; }
    /// <summary>How it ended; <see langword="null"/> while it is open, or where the lines that tell cannot be trusted.</summary>
    public CrdrOutcome? Outcome { get; init; }
    /// <summary>Who runs it right now.</summary>
    public string? RunBy { get; init; }
    /// <summary>What happened, what is known, what is not.</summary>
    public required string Message { get; init; }
    /// <summary>A stable name for why it did not succeed.</summary>
    public string? ErrorId { get; init; }
    /// <summary>Who began it.</summary>
    public required string Who { get; init; }
    /// <summary>Why.</summary>
    public string? Reason { get; init; }
    /// <summary>The ticket or change it belongs to.</summary>
    public string? ChangeReference { get; init; }
    /// <summary>When it began.</summary>
    public required DateTimeOffset Began { get; init; }
    /// <summary>When it ended, or was left.</summary>
    public DateTimeOffset? Ended { get; init; }
    /// <summary>From the beginning to the end.</summary>
    public TimeSpan? Took => Ended - Began;
    /// <summary>Whether a simulator stood in for the vendor; <see langword="null"/> where no record says so yet.</summary>
    public bool? Simulated { get; init; }
    /// <summary>Whether the pair is marked as one for rehearsals.</summary>
    public bool TestPair { get; init; }
    /// <summary>The service in the home region.</summary>
    public required ReportMember Primary { get; init; }
    /// <summary>The service in the other region.</summary>
    public required ReportMember Recovery { get; init; }
    /// <summary>Where the pair stood before.</summary>
    public CrdrPhase? PhaseBefore { get; init; }
    /// <summary>Where it was seen last.</summary>
    public CrdrPhase? PhaseAfter { get; init; }
    /// <summary>Recovery time and loss, beside what was to be held.</summary>
    public IReadOnlyList<ReportObjective> Objectives { get; init; } = [];
    /// <summary>The steps, in the plan's order.</summary>
    public IReadOnlyList<ReportStep> Steps { get; init; } = [];
    /// <summary>What was seen of both sides, and when.</summary>
    public IReadOnlyList<ReportSight> Sights { get; init; } = [];
    /// <summary>The guards that were overridden, and by whom.</summary>
    public IReadOnlyList<ReportOverride> Overrides { get; init; } = [];
    /// <summary>The guards that blocked it.</summary>
    public IReadOnlyList<CrdrCheck> Blocks { get; init; } = [];
    /// <summary>What it left for people to do.</summary>
    public IReadOnlyList<ReportObligation> Obligations { get; init; } = [];
    /// <summary>What was to be done next when it ended.</summary>
    public IReadOnlyList<CrdrNextAction> NextActions { get; init; } = [];
    /// <summary>Whether the journal can be trusted.</summary>
    public required ReportChain Chain { get; init; }
    /// <summary>The journal, line by line, as far as it can be trusted.</summary>
    public IReadOnlyList<ReportLine> Lines { get; init; } = [];
    /// <summary>When the report was made.</summary>
    public required DateTimeOffset Made { get; init; }

    /// <summary>In a few words, for a title.</summary>
    public string Title => $"{VerbWords.Of(Verb)} of {Pair}: {State}";

    /// <summary>The outcome in a word or two.</summary>
    public string State => Outcome switch
    {
        CrdrOutcome.RolledBack => "rolled back",
        { } known => known.ToString().ToLowerInvariant(),
        null when RunBy is not null => "running",
        null when Chain.Verdict == ChainVerdict.Broken => "not known",
        null => "not ended",
    };

    /// <summary>The member of a side.</summary>
    public ReportMember this[Side side] => side == Side.Primary ? Primary : Recovery;

    /// <summary>Pure: what the lines of a journal and the record that was made of them tell.</summary>
    /// <param name="text">The journal.</param>
    /// <param name="operation">The record made of it.</param>
    /// <param name="objectives">What a recovery of the pair is measured against.</param>
    /// <param name="owed">What is left to be done for the pair now.</param>
    /// <param name="made">When the report is made.</param>
    public static OperationReport Of(JournalText text, CrdrOperation operation, CrdrObjectives objectives, IReadOnlyList<CrdrObligation> owed, DateTimeOffset made)
    {
        JournalEntry? begin = text.Entries.FirstOrDefault(), last = text.Entries.LastOrDefault();
        bool ended = last?.Kind == JournalKind.End;
        // What the last lines would have said is not known where they cannot be trusted.
        bool unknown = text.Broken is not null && !ended;
        List<CrdrOperation> records = [.. text.Entries.Select(e => e.Record).OfType<CrdrOperation>()];
        return new()
        {
            Operation = operation.Id, Pair = operation.Pair, Provider = begin?.Pair?.Provider ?? begin?.Start?.Provider, Verb = begin?.Request is null ? null : operation.Verb,
            Outcome = unknown ? null : operation.Outcome, RunBy = operation.RunBy, ErrorId = unknown ? "JournalDamaged" : operation.ErrorId,
            Message = unknown ? $"What became of it is not told: the journal cannot be trusted from line {text.Entries.Count + 1} on.{(last?.Record is { } left ? $" The last line before that: {left.Outcome}. {left.Message}" : "")}" : operation.Message,
            Who = operation.Who, Reason = operation.Reason, ChangeReference = operation.ChangeReference, Began = operation.Began, Ended = unknown ? null : operation.Ended,
            Simulated = records.Any(r => r.Simulated) || begin?.Request?.Rehearsal == true ? true : records.Count > 0 ? false : null,
            TestPair = operation.TestPair || records.Any(r => r.TestPair),
            Primary = Member(begin, Side.Primary), Recovery = Member(begin, Side.Recovery),
            PhaseBefore = begin?.Start?.Phase, PhaseAfter = unknown ? null : operation.PhaseAfter,
            Objectives = [ReportObjective.OfRecovery(operation, objectives), ReportObjective.OfLoss(operation.Loss is null ? operation with { Loss = text.Entries.LastOrDefault(e => e.Loss is not null)?.Loss } : operation, objectives)],
            Steps = [.. OperationRecord.Steps(text.Entries).Select((s, i) => ReportStep.Of(i + 1, s, text.Entries))],
            Sights = [.. ReportSight.Of(text.Entries)], Overrides = [.. ReportOverride.Of(text.Entries)], Blocks = operation.Blocks,
            Obligations = [.. ReportObligation.Of(text.Entries, operation.Id, owed)], NextActions = unknown ? [] : operation.NextActions,
            Chain = ReportChain.Of(text), Lines = [.. text.Entries.Select(ReportLine.Of)], Made = made,
        };
    }

    private static ReportMember Member(JournalEntry? begin, Side side) => new()
    {
        Name = begin?.Start?[side].Name ?? begin?.Pair?[side].Name ?? side.ToString(), Region = begin?.Start?[side].Region ?? begin?.Pair?[side].Region,
    };
}

/// <summary>One service of the pair.</summary>
public sealed record ReportMember
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }
    /// <summary>Its region.</summary>
    public string? Region { get; init; }
    /// <summary>Both.</summary>
    public override string ToString() => Region is null ? Name : $"{Name} ({Region})";
}
