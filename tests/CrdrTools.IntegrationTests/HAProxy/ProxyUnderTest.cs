using CrdrTools.Core.Routes.HAProxy;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.HAProxy;

/// <summary>A real HAProxy in front of two servers: <c>pg1</c>, and <c>pg2</c> as its backup.</summary>
internal sealed class ProxyUnderTest : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<ServerProcess> _processes = [];

    private ProxyUnderTest(int primaryPort, int recoveryPort, bool keepsState, string recoveryOptions, string? more = null)
    {
        File.WriteAllText(_folder.At("haproxy.cfg"), $"""
            global
              stats socket {Socket} level admin
              stats socket {OperatorSocket} level operator
              stats socket ipv4@{TcpSocket} level admin
              {(keepsState ? $"server-state-file {StateFile}" : "")}
            defaults
              mode tcp
              retries 0
              timeout connect 2s
              timeout client 1h
              timeout server 1h
              {more}
              {(keepsState ? "load-server-state-from-file global" : "")}
            frontend clients
              bind 127.0.0.1:{Port}
              default_backend db
            backend db
              server pg1 127.0.0.1:{primaryPort} check inter 100ms
              server pg2 127.0.0.1:{recoveryPort} check inter 100ms {recoveryOptions}

            """);
    }

    /// <summary>Where clients connect to.</summary>
    public int Port { get; } = Free.Port();

    public string TcpSocket { get; } = $"127.0.0.1:{Free.Port()}";

    public string Socket => _folder.At("admin.sock");

    public string OperatorSocket => _folder.At("operator.sock");

    public string StateFile => _folder.At("state");

    public HAProxyRuntime Runtime => new(Socket, HAProxyRuntime.DefaultLimit);

    public static async Task<ProxyUnderTest> StartAsync(int primaryPort, int recoveryPort, bool keepsState = false, string recoveryOptions = "backup", string? more = null)
    {
        ProxyUnderTest proxy = new(primaryPort, recoveryPort, keepsState, recoveryOptions, more);
        try
        {
            await proxy.LaunchAsync();
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    /// <summary>The route over this proxy, each time a new one: nothing is known from before.</summary>
    public HAProxyRoute Route(params (string Name, string Value)[] settings) => Route([this], settings);

    /// <summary>One route over several proxies.</summary>
    public static HAProxyRoute Route(IReadOnlyList<ProxyUnderTest> proxies, params (string Name, string Value)[] settings) => new(Described(proxies, settings));

    /// <summary>Its description, as a pair holds it.</summary>
    public static CrdrRoute Described(IReadOnlyList<ProxyUnderTest> proxies, params (string Name, string Value)[] settings)
    {
        Dictionary<string, string> all = new()
        {
            ["sockets"] = string.Join(",", proxies.Select(p => p.Socket)), ["backend"] = "db", ["primaryServer"] = "pg1", ["recoveryServer"] = "pg2",
        };
        foreach ((string name, string value) in settings) all[name] = value;
        return new CrdrRoute { Name = "app", Type = "HAProxy", Settings = all, Timeout = TimeSpan.FromSeconds(20) };
    }

    /// <summary>A new process takes over, and the old one ends when its last client has left.</summary>
    public Task ReloadAsync() => LaunchAsync("-sf", $"{_processes[^1].Pid}");

    /// <summary>A second process on the same ports, which answers on the socket from then on; the first one goes on.</summary>
    public Task DoubleAsync() => LaunchAsync();

    /// <summary>Ends the first process.</summary>
    public Task EndFirstAsync() => _processes[0].EndAsync(ServerProcess.SigKill);

    /// <summary>Dead at once; its socket's file stays behind.</summary>
    public Task KillAsync() => _processes[^1].EndAsync(ServerProcess.SigKill);

    /// <summary>Starts it again after <see cref="KillAsync"/>.</summary>
    public Task RestartAsync() => LaunchAsync();

    /// <summary>Alive, and does nothing.</summary>
    public void Freeze() => _processes[^1].Signal(19);

    public void Thaw() => _processes[^1].Signal(18);

    public ValueTask DisposeAsync()
    {
        foreach (ServerProcess process in _processes) process.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task LaunchAsync(params string[] more)
    {
        ServerProcess process = ServerProcess.Start("haproxy", ["-db", "-f", _folder.At("haproxy.cfg"), .. more]);
        _processes.Add(process);
        await Poll.UntilAsync(async () =>
        {
            if (process.HasExited) throw new InvalidOperationException($"haproxy has ended: {process.Said}");
            try
            {
                return (await Runtime.AskAsync(CancellationToken.None, "show info"))[0].Split('\n').Contains($"Pid: {process.Pid}");
            }
            catch (CrdrException)
            {
                return false;
            }
        }, () => $"haproxy does not answer: {process.Said}");
    }
}
