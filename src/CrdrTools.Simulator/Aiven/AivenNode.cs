namespace CrdrTools.Simulator.Aiven;

/// <summary>
/// One node of a service. States are the API's words: setting_up_vm, syncing_data, running, leaving, timing_out, unknown.
/// </summary>
internal sealed record AivenNode(string Name, string State)
{
    public const string Running = "running";
    public const string TimingOut = "timing_out";
}
