using CrdrTools.Core.Stores;

namespace CrdrTools.Core.Operations;

/// <summary>Pure: what the lines of a journal tell.</summary>
public static class OperationRecord
{
    /// <summary>The record of the operation whose journal this is.</summary>
    public static CrdrOperation? Of(string path, JournalText text)
    {
        if (text.Entries.Count == 0 || text.Entries[0] is not { Kind: JournalKind.Begin, Request: { } request, Start: { } start } begin) return null;
        JournalEntry last = text.Entries[text.Entries.Count - 1];
        CrdrOperation operation = last.Record ?? new CrdrOperation
        {
            Id = System.IO.Path.GetFileNameWithoutExtension(path), Pair = start.Pair, Verb = request.Verb, Who = begin.Who ?? "", Began = begin.At,
            Message = "It has begun and not ended.", PhaseBefore = start.Phase, Reason = request.Reason, ChangeReference = request.ChangeReference,
            Simulated = request.Rehearsal, InsteadOf = request.InsteadOf,
        };
        JournalEntry? paused = Paused(text.Entries);
        return operation with
        {
            Steps = Steps(text.Entries), Journal = path, PausedBy = paused?.Control?.Who, PausedSince = paused is { Kind: JournalKind.Paused } ? paused.At : null,
            Chain = text.Broken ?? (text.Torn is null ? "intact" : "intact but for a torn last line"),
        };
    }

    /// <summary>The line that says that it is paused, or is going to be; <see langword="null"/>: it is not.</summary>
    public static JournalEntry? Paused(IReadOnlyList<JournalEntry> entries) =>
        entries.LastOrDefault(e => e.Kind is JournalKind.Paused or JournalKind.Continued or JournalKind.Resume or JournalKind.Left or JournalKind.End
            || e is { Control.Action: ControlAction.Pause or ControlAction.Continue, Answer: not ControlAnswer.Refused }) is { Control.Action: ControlAction.Pause } paused ? paused : null;

    /// <summary>
    /// Whether its process died between the first fence and the verified switch, and nobody has gone on with it: clients may be held off, and nobody may be writing (safety rule S6).
    /// </summary>
    public static bool CutOffBetweenWriters(IReadOnlyList<JournalEntry> entries)
    {
        // Who left it in order has ended on one side, or told what stands; and whoever took it up since has tried.
        JournalEntry? last = entries.LastOrDefault(e => e.Kind is JournalKind.Begin or JournalKind.Resume or JournalKind.Left or JournalKind.End);
        if (last is not { Kind: JournalKind.Begin }) return false;
        IReadOnlyList<CrdrStep> steps = Steps(entries);
        bool switches = steps.Any(s => s.Id.StartsWith("switch-", StringComparison.Ordinal) && s.State is StepProgress.Pending or StepProgress.Underway);
        bool fenced = steps.Any(s => s.Id.StartsWith("fence-", StringComparison.Ordinal) && s.State is StepProgress.Underway or StepProgress.Done);
        // A move of many parts has one intent before all of them.
        bool asked = steps.Any(s => s.MovesWrites && entries.LastOrDefault(e => e.Step == s.Id) is { Kind: JournalKind.Intent or JournalKind.Accepted or JournalKind.Lost } about && (switches || about.Kind == JournalKind.Intent));
        // A repair stops one of two writers, and clients may still be led to it.
        bool ended = entries[0].Request?.Verb == CrdrVerb.Repair && switches && steps.Any(s => s.Id.StartsWith("end-", StringComparison.Ordinal) && s.State is StepProgress.Underway or StepProgress.Done);
        return (fenced && switches) || asked || ended;
    }

    /// <summary>What became of a request; <see langword="null"/>: it was not heard yet.</summary>
    public static JournalEntry? AnswerTo(IReadOnlyList<JournalEntry> entries, string request) => entries.LastOrDefault(e => e.Kind == JournalKind.Asked && e.Control?.Id == request);

    /// <summary>The steps with their times.</summary>
    public static IReadOnlyList<CrdrStep> Steps(IReadOnlyList<JournalEntry> entries)
    {
        List<CrdrStep> steps = [.. entries.FirstOrDefault()?.Steps ?? []];
        foreach (JournalEntry entry in entries)
        {
            int i = steps.FindIndex(s => s.Id == entry.Step);
            if (i < 0) continue;
            CrdrStep step = steps[i];
            steps[i] = entry.Kind switch
            {
                JournalKind.Intent => step with { State = StepProgress.Underway, Began = step.Began ?? entry.At },
                JournalKind.Rejected => step with { State = StepProgress.Pending, Detail = entry.Text },
                JournalKind.Accepted => step with { State = StepProgress.Underway },
                JournalKind.Lost => step with { State = StepProgress.Underway, Detail = entry.Text },
                JournalKind.Done => step with { State = StepProgress.Done, Began = step.Began ?? entry.At, Ended = entry.At, Detail = entry.Text },
                JournalKind.Passed => step with { State = StepProgress.Passed, Detail = entry.Text },
                JournalKind.Skipped => step with { State = StepProgress.Skipped, Ended = entry.At, Detail = entry.Text },
                JournalKind.Undone => step with { State = StepProgress.Undone, Ended = entry.At, Detail = entry.Text },
                _ => step with { Detail = entry.Text ?? step.Detail },
            };
        }
        return steps;
    }

    /// <summary>
    /// What the journals say of moves that left nothing behind: every fence was seen to stand, everything was seen to have arrived behind it, the
    /// newest was asked for, and no guard of it was overridden.
    /// </summary>
    public static IReadOnlyList<string> FencedMoves(IEnumerable<JournalText> journals)
    {
        List<string> said = [];
        foreach (JournalText journal in journals)
        {
            if (journal.Entries.FirstOrDefault()?.Request is not { FailoverAt: null } request || request.Verb == CrdrVerb.Failover) continue;
            IReadOnlyList<CrdrStep> steps = Steps(journal.Entries);
            List<CrdrStep> fences = [.. steps.Where(s => s.Id.StartsWith("fence-", StringComparison.Ordinal))];
            if (fences.Count == 0 || fences.Any(f => f.State != StepProgress.Done && f.State != StepProgress.Passed)) continue;
            if (journal.Entries.SelectMany(e => e.Overrides ?? []).Any(o => o.Override == "-AllowUnfenced")) continue;
            foreach (CrdrStep move in steps.Where(s => s is { MovesWrites: true, State: StepProgress.Done }))
            {
                JournalEntry? asked = journal.Entries.LastOrDefault(e => e.Step == move.Id && e.Kind == JournalKind.Intent);
                bool drained = asked is not null && journal.Entries.Any(e => e.Seq < asked.Seq && e.Kind == JournalKind.Done && e.Step?.StartsWith("drain-", StringComparison.Ordinal) == true);
                if (drained) said.AddRange(journal.Entries.Where(e => e.Step == move.Id).SelectMany(e => new[] { e.Receipt, e.Text }).OfType<string>());
            }
        }
        return said;
    }

    /// <summary>When a promotion was last asked for and not turned down.</summary>
    public static DateTimeOffset? LastPromotion(IEnumerable<JournalText> journals)
    {
        DateTimeOffset? last = null;
        foreach (JournalText journal in journals)
        {
            HashSet<string> moving = [.. (journal.Entries.FirstOrDefault()?.Steps ?? []).Where(s => s.MovesWrites).Select(s => s.Id)];
            Dictionary<string, DateTimeOffset> sent = [];
            foreach (JournalEntry entry in journal.Entries.Where(e => e.Step is not null && moving.Contains(e.Step)))
            {
                if (entry.Kind == JournalKind.Intent) sent[entry.Step!] = entry.At;
                else if (entry.Kind is JournalKind.Rejected or JournalKind.Undone) sent.Remove(entry.Step!);
            }
            foreach (DateTimeOffset at in sent.Values) last = last is null || at > last ? at : last;
        }
        return last;
    }
}
