namespace CrdrTools.Core.Playbooks;

/// <summary>Pure: what shows that a pair can be moved. What was refused, rolled back or left unfinished shows nothing; nor does what found nothing to do.</summary>
public static class Proofs
{
    /// <summary>An operation that moved the writes and succeeded.</summary>
    public static CrdrProof? Of(CrdrOperation operation) => operation is { Outcome: CrdrOutcome.Succeeded, Rto: not null }
        ? new() { At = operation.Ended ?? operation.Began, By = operation.Verb.ToString(), Id = operation.Id, Simulated = operation.Simulated } : null;

    /// <summary>A rehearsal in which everything held that had to.</summary>
    public static CrdrProof? Of(CrdrDrillResult drill) => drill.Passed ? new() { At = drill.Ended, By = "Drill", Simulated = drill.Simulated } : null;

    /// <summary>A playbook that came to its end.</summary>
    public static CrdrProof? Of(CrdrPlaybookRun run) => run is { Outcome: CrdrPlaybookOutcome.Succeeded, Ended: { } ended } ? new() { At = ended, By = run.Playbook, Id = run.Id, Simulated = run.Simulated } : null;

    /// <summary>Whether it shows what a schedule asks for: a rotation a planned move, and nothing else; a drill a rehearsal, the real thing, or its playbook's run to the end; a check its playbook's run.</summary>
    public static bool Counts(this CrdrProof proof, ScheduleEntry entry) => entry.Kind switch
    {
        CrdrScheduleKind.Rotation => proof.By is nameof(CrdrVerb.Switchover) or nameof(CrdrVerb.Restore),
        CrdrScheduleKind.Drill => proof.By is "Drill" or nameof(CrdrVerb.Failover) || Its(proof, entry),
        _ => Its(proof, entry),
    };

    private static bool Its(CrdrProof proof, ScheduleEntry entry) => string.Equals(proof.By, entry.Playbook, StringComparison.OrdinalIgnoreCase);

    /// <summary>The newest.</summary>
    public static CrdrProof? Newest(IEnumerable<CrdrProof?> proofs) => proofs.OfType<CrdrProof>().OrderByDescending(p => p.At).FirstOrDefault();
}
