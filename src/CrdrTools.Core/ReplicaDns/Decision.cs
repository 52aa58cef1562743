namespace CrdrTools.Core.ReplicaDns;

/// <summary>Where the name shall lead: the servers it shall name, in the order in which they are described.</summary>
internal sealed record Decision(ReplicaDnsTarget Target, IReadOnlyList<string> Servers, string Why);

/// <summary>What is remembered of one standby while it is watched. Times are of the monotonic clock.</summary>
/// <param name="Health">What it was last.</param>
/// <param name="Since">Since when it is healthy, or is not.</param>
internal sealed record StandbyMemory(StandbyHealth Health, TimeSpan Since)
{
    /// <summary>For how long it has been healthy; zero when it is not.</summary>
    public TimeSpan HealthyFor(TimeSpan now) => Health.Healthy == true ? now - Since : TimeSpan.Zero;

    /// <summary>For how long it has not been; zero when it is.</summary>
    public TimeSpan UnhealthyFor(TimeSpan now) => Health.Healthy == false ? now - Since : TimeSpan.Zero;

    /// <summary>With a new look: the time counts from the first one that came to the same.</summary>
    public StandbyMemory With(StandbyHealth health, TimeSpan at) => new(health, health.Healthy == Health.Healthy ? Since : at);
}
