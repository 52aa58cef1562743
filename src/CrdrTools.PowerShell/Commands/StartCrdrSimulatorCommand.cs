using System.Collections;
using System.Net;
using System.Reflection;
using System.Security;

namespace CrdrTools.PowerShell.Commands;

/// <summary>Starts a simulator of the vendors' APIs in this session.</summary>
[Cmdlet(VerbsLifecycle.Start, "CrdrSimulator", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(CrdrSimulator))]
public sealed class StartCrdrSimulatorCommand : CrdrCmdlet
{
    /// <summary>The loopback port; any free one unless given.</summary>
    [Parameter(Position = 0)]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>The token it accepts; <c>demo</c> unless given.</summary>
    [Parameter]
    public SecureString? Token { get; set; }

    /// <summary>Settings of the simulated world, by name, for example <c>@{ RebuildSeconds = 60 }</c>.</summary>
    [Parameter]
    public Hashtable? Setting { get; set; }

    /// <summary>Starts without the project <c>demo</c>.</summary>
    [Parameter]
    public SwitchParameter Empty { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!ShouldProcess(Port == 0 ? "127.0.0.1, any free port" : $"127.0.0.1:{Port}", "Start a simulator")) return;
        string token = Token is null ? "demo" : new NetworkCredential("", Token).Password;
        CrdrSimulator simulator;
        try
        {
            simulator = Start(Port, token, Setting, !Empty);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            ThrowTerminatingError(new ErrorRecord(e, "PortTaken", ErrorCategory.ResourceUnavailable, Port) { ErrorDetails = new($"The simulator cannot listen on port {Port}: {e.Message}") });
            return;
        }
        catch (ArgumentException e)
        {
            ThrowTerminatingError(new ErrorRecord(e, "SettingInvalid", ErrorCategory.InvalidArgument, Setting));
            return;
        }
        SimulatorShelf.Put(simulator);
        WriteObject(simulator);
    }

    private static CrdrSimulator Start(int port, string token, Hashtable? settings, bool world)
    {
        Simulator.SimulatorServer server = Simulator.SimulatorServer.Start(new() { Port = port, Token = token, DefaultWorld = world, Settings = Read(settings) });
        return new CrdrSimulator(server, server.BaseAddress, token, "demo");
    }

    private static Simulator.SimulatorSettings Read(Hashtable? table)
    {
        Simulator.SimulatorSettings settings = new();
        PropertyInfo[] all = typeof(Simulator.SimulatorSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance);
        foreach (DictionaryEntry entry in table ?? [])
        {
            PropertyInfo property = all.FirstOrDefault(p => string.Equals(p.Name, Keys.Text(entry.Key), StringComparison.OrdinalIgnoreCase))
                ?? throw new ArgumentException($"'{entry.Key}' is no setting of the simulator; known: {string.Join(", ", all.Select(p => p.Name))}.");
            try
            {
                property.SetValue(settings, LanguagePrimitives.ConvertTo(entry.Value, property.PropertyType, System.Globalization.CultureInfo.InvariantCulture));
            }
            catch (PSInvalidCastException e)
            {
                throw new ArgumentException($"The setting {property.Name}: {e.Message}", e);
            }
        }
        return settings;
    }
}
