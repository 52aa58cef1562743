using CrdrTools.Core.Operations;
using CrdrTools.Core.Playbooks;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core;

/// <summary>Playbooks: where they are, who looked at them, what their runs came to.</summary>
public sealed partial class Crdr
{
    private readonly Dictionary<(string Path, long Length, DateTime Written), CrdrProof?> _proofs = [];

    /// <summary>What is kept of playbooks; beside the journals.</summary>
    public PlaybookStore PlaybookStore => field ??= new((Store as FileStateStore)?.Root ?? FileStateStore.DefaultRoot);

    /// <summary>The noun of a playbook.</summary>
    public CrdrPlaybook Playbook(PlaybookFile file) =>
        PlaybookReviews.Describe(file, PlaybookStore.Reviews(file.Name)) with { LastRun = PlaybookStore.RunsOf(file.Name).FirstOrDefault() };

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

    /// <summary>How everything that is scheduled stands, at a time or now: each entry on each of the pairs that it means, the most pressing first.</summary>
    public IReadOnlyList<CrdrSchedule> Schedule(string? file, IReadOnlyList<CrdrPair> pairs, DateTimeOffset? at)
    {
        DateTimeOffset now = at ?? _time.GetUtcNow();
        List<CrdrSchedule> rows = [];
        foreach (ScheduleEntry entry in new ScheduleFile(file ?? ScheduleFile.DefaultPath(Pairs.Location)).Read())
        {
            foreach (CrdrPair pair in pairs.Where(p => entry.Pairs.Any(n => Playbooks.PlaybookFindings.Matches(n, p.Name))))
                rows.Add(DueTime.Of(entry, pair.Name, LastDone(entry, pair.Name, now), now));
        }
        return [.. rows.OrderBy(r => r.State switch { CrdrScheduleState.Overdue => 0, CrdrScheduleState.Due => 1, CrdrScheduleState.Blocked => 2, _ => 3 }).ThenBy(r => r.Due).ThenBy(r => r.Name, StringComparer.Ordinal)];
    }

    /// <summary>When what an entry asks for was last done on a pair, by then.</summary>
    private CrdrProof? LastDone(ScheduleEntry entry, string pair, DateTimeOffset now)
    {
        bool Shows(CrdrProof proof) => proof.At <= now && proof.Counts(entry);
        return Proofs.Newest([ProofsOf(pair).FirstOrDefault(Shows), PlaybookStore.Runs(pair).Select(Proofs.Of).OfType<CrdrProof>().FirstOrDefault(Shows)]);
    }

    /// <summary>When it was last shown that a pair can be moved; <see langword="null"/>: never, as far as is on record here.</summary>
    public CrdrProof? LastProven(string pair)
    {
        try
        {
            return ProofsOf(pair).FirstOrDefault();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CrdrException)
        {
            // A record that cannot be read proves nothing, and keeps nobody from looking.
            return null;
        }
    }

    /// <summary>Operations that moved the writes, and rehearsals that passed, newest first.</summary>
    private IEnumerable<CrdrProof> ProofsOf(string pair)
    {
        using IEnumerator<CrdrProof> drills = PlaybookStore.Drills(pair).Select(Proofs.Of).OfType<CrdrProof>().GetEnumerator();
        bool more = drills.MoveNext();
        foreach (CrdrProof proof in Store.Journals(pair).Select(ProofIn).OfType<CrdrProof>())
        {
            for (; more && drills.Current.At > proof.At; more = drills.MoveNext()) yield return drills.Current;
            yield return proof;
        }
        for (; more; more = drills.MoveNext()) yield return drills.Current;
    }

    /// <summary>What a journal proves; one that was read, and is as it was, is not read again.</summary>
    private CrdrProof? ProofIn(string journal)
    {
        FileInfo file = new(journal);
        (string, long, DateTime) now = (journal, file.Exists ? file.Length : -1, file.Exists ? file.LastWriteTimeUtc : default);
        lock (_proofs)
            if (_proofs.TryGetValue(now, out CrdrProof? known)) return known;
        JournalText text = Journal.Read(journal);
        CrdrProof? proof = text.Broken is null && OperationRecord.Of(journal, text) is { } operation ? Proofs.Of(operation) : null;
        lock (_proofs) _proofs[now] = proof;
        return proof;
    }

    /// <summary>Keeps a rehearsal as a proof for a pair, beside the real records, which it is not.</summary>
    public void KeepDrill(string pair, CrdrDrillResult drill) => PlaybookStore.Put(Names.Require(pair, "pair name"), drill with { For = pair });
}
