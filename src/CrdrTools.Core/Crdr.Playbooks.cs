using CrdrTools.Core.Playbooks;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core;

/// <summary>Playbooks: where they are, who looked at them, what their runs came to.</summary>
public sealed partial class Crdr
{
    /// <summary>What is kept of playbooks; beside the journals.</summary>
    public PlaybookStore PlaybookStore => field ??= new((Store as FileStateStore)?.Root ?? FileStateStore.DefaultRoot);

    /// <summary>The noun of a playbook.</summary>
    public CrdrPlaybook Playbook(PlaybookFile file) => PlaybookReviews.Describe(file, PlaybookStore.Reviews(file.Name));

    /// <summary>What has to be put right about a playbook; with a pair, what is wrong between the two as well. Whether its commands exist only PowerShell can tell.</summary>
    public IReadOnlyList<CrdrPlaybookFinding> PlaybookFindings(PlaybookFile file, CrdrPair? pair) => Playbooks.PlaybookFindings.Of(file, PlaybookStore.Reviews(file.Name), pair, _time.GetUtcNow());

    /// <summary>Keeps somebody's word that a playbook is right as it stands, for the pairs as they stand.</summary>
    public CrdrPlaybookReview ConfirmPlaybook(PlaybookFile file, IEnumerable<CrdrPair> pairs, string reason, string? owner)
    {
        if (string.IsNullOrWhiteSpace(reason)) throw new CrdrException(CrdrErrorKind.InvalidInput, "ReasonMissing", "A review says why, or what was looked at.");
        CrdrPlaybookReview review = new()
        {
            Playbook = file.Name, Path = file.Path, Hash = file.Hash, Who = Operator.Name, At = _time.GetUtcNow(), Reason = reason.Trim(),
            Owner = string.IsNullOrWhiteSpace(owner) ? null : owner!.Trim(), Topologies = [.. pairs.Select(Topology.Of)],
        };
        PlaybookStore.Add(review);
        return review;
    }

    /// <summary>The registered pairs that a playbook is written for.</summary>
    public IReadOnlyList<CrdrPair> PairsFor(PlaybookFile file) => [.. Pairs.Read().Where(p => (file.Header.Providers.Count == 0 || file.Header.Providers.Contains(p.Provider)) && (file.Header.Pairs.Count == 0 || file.Header.Pairs.Any(n => Playbooks.PlaybookFindings.Matches(n, p.Name))))];

    /// <summary>Begins the record of a run.</summary>
    public CrdrPlaybookRun BeginRun(CrdrPlaybook playbook, string pair, IReadOnlyDictionary<string, string> arguments, IReadOnlyList<CrdrPlaybookFinding> allowed)
    {
        DateTimeOffset now = _time.GetUtcNow();
        return new()
        {
            Id = $"{now:yyyyMMdd-HHmmss}-{Guid.NewGuid().ToString("N").Substring(0, 4)}-{playbook.Name}", Playbook = playbook.Name, Pair = pair, Who = Operator.Name, Began = now,
            Arguments = arguments, Allowed = allowed, Path = playbook.Path, Hash = playbook.Hash, Message = "It has begun and not ended.",
        };
    }

    /// <summary>Keeps what became of a run, now.</summary>
    public CrdrPlaybookRun EndRun(CrdrPlaybookRun run, CrdrPlaybookOutcome outcome, string message, string? errorId = null)
    {
        CrdrPlaybookRun ended = run with { Outcome = outcome, Message = message, ErrorId = errorId, Ended = _time.GetUtcNow() };
        PlaybookStore.Put(ended);
        return ended;
    }
}
