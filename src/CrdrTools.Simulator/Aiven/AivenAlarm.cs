using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator.Aiven;

/// <summary>A time at which a pair's shared URI moves, or its replication begins again.</summary>
/// <param name="At">When.</param>
/// <param name="Primary">The pair.</param>
/// <param name="UriTarget">Where the URI leads from then on; null when it is about replication only.</param>
internal sealed record AivenAlarm(DateTimeOffset At, ServiceKey Primary, ServiceKey? UriTarget);
