namespace CrdrTools.Simulator.Aiven;

/// <summary>
/// A service's own read-only name, which falls back to the primary node (<c>enable_ha_replica_dns</c>). Immutable: what time and health
/// make of it is a new one.
/// </summary>
internal sealed record HaReplicaName
{
    public required bool Enabled { get; init; }

    /// <summary>When it was last switched on or off.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>Where the primary node wants it to lead; kept while it is off.</summary>
    public HaReplicaTarget Target { get; init; }

    /// <summary>Since when the primary node finds no standby that answers.</summary>
    public DateTimeOffset? DownSince { get; init; }

    /// <summary>Where it leads; null: to nothing.</summary>
    public HaReplicaTarget? Published { get; init; }

    /// <summary>When its records are built next; null: they are as they should be.</summary>
    public DateTimeOffset? BuiltAt { get; init; }

    /// <summary>When time alone changes it next.</summary>
    public DateTimeOffset NextBreak(SimulatorSettings settings)
    {
        var next = BuiltAt ?? DateTimeOffset.MaxValue;
        return DownSince is { } since && Target == HaReplicaTarget.Replica && GivesUp(since, settings) < next ? GivesUp(since, settings) : next;
    }

    /// <summary>Whether <c>components</c> names it.</summary>
    public bool ShownAt(DateTimeOffset now, SimulatorSettings settings)
    {
        var noticed = now >= ChangedAt + Span.Seconds(settings.HaReplicaComponentSeconds);
        return Enabled ? noticed : settings.HaReplicaComponentStays || !noticed;
    }

    public HaReplicaName Switched(bool enabled, DateTimeOffset now) =>
        enabled == Enabled ? this : this with { Enabled = enabled, ChangedAt = now, Target = HaReplicaTarget.Replica, DownSince = null };

    /// <summary>What becomes of it at a time at which that many of the standbys answer the primary node.</summary>
    /// <param name="now">The time.</param>
    /// <param name="standbys">The standby nodes there are, and how many of them answer; null while no primary node looks.</param>
    /// <param name="settings">The settings.</param>
    public HaReplicaName At(DateTimeOffset now, (int All, int Healthy)? standbys, SimulatorSettings settings)
    {
        var seen = Enabled && standbys is { } s ? Looked(now, s.All, s.Healthy, settings) : this with { DownSince = null };
        HaReplicaTarget? wanted = Enabled ? seen.Target : null;
        if (seen.Published == wanted) return seen with { BuiltAt = null };
        var built = seen.BuiltAt ?? now + Span.Seconds(settings.HaReplicaDnsSeconds);
        return now >= built ? seen with { Published = wanted, BuiltAt = null } : seen with { BuiltAt = built };
    }

    private HaReplicaName Looked(DateTimeOffset now, int all, int healthy, SimulatorSettings settings)
    {
        if (healthy == 0)
        {
            var since = DownSince ?? now;
            return this with { DownSince = since, Target = now >= GivesUp(since, settings) ? HaReplicaTarget.Primary : Target };
        }
        var recovered = settings.HaReplicaReturn == "any" || healthy == all;
        return this with { DownSince = null, Target = recovered ? HaReplicaTarget.Replica : Target };
    }

    private static DateTimeOffset GivesUp(DateTimeOffset since, SimulatorSettings settings) =>
        since + Span.Seconds(settings.HaReplicaUnavailableSeconds);
}
