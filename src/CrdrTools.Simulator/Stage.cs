using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator;

/// <summary>What all vendors' worlds share: the time, the settings, the regions that are out, the proxies, the clients' numbers.</summary>
internal sealed class Stage(SimulatorSettings settings, string token)
{
    private int _lastClientId;

    public SimulatorSettings Settings { get; set; } = settings;
    public string Token { get; } = token;
    public Regions Regions { get; } = new();
    public ProxyBook Proxies { get; } = new();

    /// <summary>Simulated time, as of the call in hand.</summary>
    public DateTimeOffset Now { get; set; }

    /// <summary>Clients are numbered across all vendors, from 1.</summary>
    public int NextClientId() => ++_lastClientId;
}
