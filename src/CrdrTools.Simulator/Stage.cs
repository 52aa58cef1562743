namespace CrdrTools.Simulator;

/// <summary>What all vendors' worlds share: the time, the settings, the regions that are out.</summary>
internal sealed class Stage(SimulatorSettings settings, string token)
{
    public SimulatorSettings Settings { get; set; } = settings;
    public string Token { get; } = token;
    public Regions Regions { get; } = new();

    /// <summary>Simulated time, as of the call in hand.</summary>
    public DateTimeOffset Now { get; set; }
}
