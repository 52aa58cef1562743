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
        // For each verb:               Failover Switchov Restore  Setup    StopRepl SwitchRo Repair
        ["IdentityUnchanged"] =        [Hard,    Hard,    Hard,    Hard,    Hard,    Hard,    Hard],
        ["NodesAreMembers"] =          [Hard,    Hard,    Hard,    Hard,    Off,     Off,     Hard],
        ["ObligationsHonoured"] =      [Warn,    Hard,    Hard,    Hard,    Warn,    Off,     Warn],
        ["QuietTime"] =                [Warn,    Block,   Block,   Off,     Off,     Off,     Off],
        ["SoleController"] =           [Block,   Block,   Block,   Block,   Block,   Block,   Block],
        ["LossBound"] =                [Block,   Off,     Off,     Off,     Off,     Off,     Off],
        ["OutageEvident"] =            [Block,   Off,     Off,     Off,     Off,     Off,     Off],
        ["TargetReady"] =              [Hard,    Hard,    Hard,    Off,     Off,     Off,     Off],
        ["SourceHealthy"] =            [Off,     Hard,    Hard,    Hard,    Hard,    Off,     Off],
        ["LagWithinLimit"] =           [Off,     Hard,    Hard,    Off,     Off,     Off,     Off],
        ["WritersFenced"] =            [Block,   Block,   Block,   Off,     Off,     Off,     Off],
        ["Drained"] =                  [Off,     Hard,    Hard,    Off,     Off,     Off,     Off],
        ["FailoverAtRetained"] =       [Hard,    Hard,    Hard,    Off,     Off,     Off,     Off],
        ["FailoverAtWithinHour"] =     [Hard,    Hard,    Hard,    Off,     Off,     Off,     Off],
        ["FailoverAtKeepsAll"] =       [Off,     Block,   Block,   Off,     Off,     Off,     Off],
        ["NotTheOnlyCopy"] =           [Off,     Off,     Hard,    Hard,    Off,     Off,     Hard],
        ["StandbyMayBeErased"] =       [Off,     Off,     Hard,    Hard,    Off,     Off,     Off],
        ["NoWritesAfterCutover"] =     [Off,     Off,     Block,   Block,   Off,     Off,     Warn],
        ["ClustersFit"] =              [Off,     Off,     Hard,    Hard,    Off,     Off,     Off],
        ["StreamMayBeStopped"] =       [Off,     Off,     Off,     Off,     Hard,    Off,     Off],
        ["PlanAllowsRecovery"] =       [Off,     Off,     Off,     Hard,    Off,     Off,     Off],
        ["TerminationProtection"] =    [Warn,    Off,     Off,     Off,     Off,     Off,     Off],
        ["TargetTakesWrites"] =        [Off,     Off,     Off,     Off,     Off,     Block,   Off],
        ["RoutesReady"] =              [Block,   Hard,    Hard,    Off,     Off,     Hard,    Off],
        ["NothingIsLostByPromotion"] = [Warn,    Block,   Block,   Off,     Off,     Off,     Off],
        ["LoserInReach"] =             [Off,     Off,     Off,     Off,     Off,     Off,     Hard],
        ["ClockAgrees"] =              [Warn,    Warn,    Warn,    Warn,    Warn,    Off,     Warn],
    };

    /// <summary>How <paramref name="verb"/> takes the guard of that name.</summary>
    public static GuardStance Stance(string guard, CrdrVerb verb) =>
        s_table.TryGetValue(guard, out GuardStance[]? row) ? row[(int)verb]
        : throw new InvalidOperationException($"The guard '{guard}' is not in the table.");

    /// <summary>The guards of the table.</summary>
    public static IReadOnlyCollection<string> Guards => s_table.Keys;
}
