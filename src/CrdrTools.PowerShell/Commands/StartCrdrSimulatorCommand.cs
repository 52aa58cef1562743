using System.Collections;
using System.Net;
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
            simulator = SimulatorStarter.Start(Port, token, Setting ?? [], !Empty);
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
}
