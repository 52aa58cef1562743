namespace CrdrTools.Simulator.Aiven;

/// <summary>The API's own words.</summary>
internal static class AivenWords
{
    public const string Active = "active";
    public const string Passive = "passive";
    public const string Failed = "failed";

    public const string PowerOff = "POWEROFF";
    public const string Rebalancing = "REBALANCING";
    public const string Rebuilding = "REBUILDING";
    public const string Running = "RUNNING";

    public const string DisasterRecovery = "disaster_recovery";

    public static readonly string[] Roles = [Active, Failed, Passive];
    public static readonly string[] States = [PowerOff, Rebalancing, Rebuilding, Running];

    /// <summary>Seen in the API's node states.</summary>
    public static readonly string[] NodeStates = ["leaving", "running", "setting_up_vm", "syncing_data", "timing_out", "unknown"];
}
