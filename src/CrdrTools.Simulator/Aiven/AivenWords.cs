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
}
