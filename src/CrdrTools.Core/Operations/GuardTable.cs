namespace CrdrTools.Core.Operations;

/// <summary>How a verb takes a guard's reason not to act.</summary>
public enum GuardStance
{
    /// <summary>Not judged.</summary>
    Off,
    /// <summary>Says so and goes on.</summary>
    Warn,
    /// <summary>Refuses, unless the guard's own switch is given.</summary>
    Block,
    /// <summary>Refuses. No switch helps.</summary>
    Hard,
}

/// <summary>
/// The one table of what blocks what (safety rule S16): what a dead region took with it must not block leaving it, so a failover
/// asks health of its target only.
/// </summary>
public static class GuardTable
{
    private const GuardStance Off = GuardStance.Off, Warn = GuardStance.Warn, Block = GuardStance.Block, Hard = GuardStance.Hard;

    private static readonly Dictionary<string, GuardStance[]> s_table = new()
    {
        //                            Failover Switchover Restore Setup
        ["IdentityUnchanged"] =      [Hard,    Hard,      Hard,   Hard],
        ["ObligationsHonoured"] =    [Warn,    Hard,      Hard,   Hard],
        ["QuietTime"] =              [Warn,    Block,     Block,  Off],
        ["SoleController"] =         [Block,   Block,     Block,  Block],
        ["LossBound"] =              [Block,   Off,       Off,    Off],
        ["OutageEvident"] =          [Block,   Off,       Off,    Off],
        ["TargetReady"] =            [Hard,    Hard,      Hard,   Off],
        ["SourceHealthy"] =          [Off,     Hard,      Hard,   Hard],
        ["NotTheOnlyCopy"] =         [Off,     Off,       Hard,   Off],
        ["NoWritesAfterCutover"] =   [Off,     Off,       Block,  Off],
        ["PlanAllowsRecovery"] =     [Off,     Off,       Off,    Hard],
        ["TerminationProtection"] =  [Warn,    Off,       Off,    Off],
        ["ClockAgrees"] =            [Warn,    Warn,      Warn,   Warn],
    };

    /// <summary>How <paramref name="verb"/> takes the guard of that name.</summary>
    public static GuardStance Stance(string guard, CrdrVerb verb) =>
        s_table.TryGetValue(guard, out GuardStance[]? row) ? row[(int)verb]
        : throw new InvalidOperationException($"The guard '{guard}' is not in the table.");

    /// <summary>The guards of the table.</summary>
    public static IReadOnlyCollection<string> Guards => s_table.Keys;
}
