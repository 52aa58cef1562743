namespace CrdrTools.Core.ReplicaDns;

/// <summary>
/// Pure: where the name shall lead, from where it leads and how the standbys have been. All of them unhealthy for longer than the limit: to the primary. Back, when
/// those that were waited for have been healthy throughout the hold-down. While it leads to standbys, to those that are healthy.
/// </summary>
internal static class TargetRule
{
    /// <summary>A new decision, or <see langword="null"/>: it stays as it is.</summary>
    /// <param name="settings">The limits.</param>
    /// <param name="now">Where it leads.</param>
    /// <param name="active">The server that takes the writes, by name; it answers.</param>
    /// <param name="standbys">What is remembered of those that are waited for, in the order of their description.</param>
    /// <param name="at">The time, by the monotonic clock.</param>
    /// <param name="unchangedFor">How long ago the target was changed.</param>
    public static Decision? Of(ReadEndpointSettings settings, Decision now, string active, IReadOnlyList<(string Name, StandbyMemory Memory)> standbys, TimeSpan at, TimeSpan unchangedFor)
    {
        // What was not asked yet is no evidence: the first state is to keep what is there (safety rule S26).
        if (standbys.Any(s => s.Memory.Health.Healthy is null)) return null;
        bool mayTurn = unchangedFor >= settings.HoldDown;
        List<string> healthy = [.. standbys.Where(s => s.Memory.Health.Healthy == true).Select(s => s.Name)];
        List<string> proven = [.. standbys.Where(s => s.Memory.Health.Healthy == true && s.Memory.HealthyFor(at) >= settings.HoldDown).Select(s => s.Name)];

        if (now.Target == ReplicaDnsTarget.Primary)
        {
            bool back = settings.Return == ReturnRule.All ? proven.Count == standbys.Count && proven.Count > 0 : proven.Count > 0;
            if (back && mayTurn) return new(ReplicaDnsTarget.Replica, healthy, $"{Names(proven)} {(proven.Count == 1 ? "has" : "have")} been healthy for {settings.HoldDown.TotalSeconds:0.###} s");
            return now.Servers.SequenceEqual([active]) ? null : new(ReplicaDnsTarget.Primary, [active], $"{active} takes the writes");
        }

        if (standbys.All(s => s.Memory.Health.Healthy == false && s.Memory.UnhealthyFor(at) >= settings.Limit))
            return mayTurn ? new(ReplicaDnsTarget.Primary, [active], standbys.Count == 0 ? "there is no standby" : $"no standby could be read from for {settings.Limit.TotalSeconds:0.###} s: {string.Join("; ", standbys.Select(s => $"{s.Name} {s.Memory.Health.Why}"))}") : null;

        List<string> named = [.. standbys.Where(s => Named(s.Name, s.Memory)).Select(s => s.Name)];
        if (named.Count == 0 || !named.Intersect(healthy).Any()) named = healthy;
        // With nobody healthy the last answer stays, until the limit is over.
        return named.Count == 0 || named.SequenceEqual(now.Servers) ? null : new(ReplicaDnsTarget.Replica, named, $"healthy: {Names(healthy)}");

        bool Named(string name, StandbyMemory memory) => now.Servers.Contains(name)
            ? memory.Health.Healthy == true || memory.UnhealthyFor(at) < settings.Drop
            : memory.Health.Healthy == true && memory.HealthyFor(at) >= settings.HoldDown;
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names);
}
