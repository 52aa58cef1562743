using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace CrdrTools.IntegrationTests.Support;

/// <summary>A server that a test has started: ended by its own process id, never by name.</summary>
internal sealed class ServerProcess : IDisposable
{
    /// <summary>Ends at once, asked nothing.</summary>
    public const int SigKill = 9;

    /// <summary>PostgreSQL: stop at once, and take the children along.</summary>
    public const int SigQuit = 3;

    /// <summary>The usual request to end.</summary>
    public const int SigTerm = 15;

    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private ServerProcess(string program, IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new(Free.Program(program) ?? program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = "/",
        };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Hear(e.Data);
        _process.ErrorDataReceived += (_, e) => Hear(e.Data);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Starts a program that stays in the foreground.</summary>
    public static ServerProcess Start(string program, params string[] arguments) => new(program, arguments);

    /// <summary>The same; under root as <paramref name="user"/>, for servers that refuse root.</summary>
    public static ServerProcess StartAs(string user, string program, params string[] arguments) =>
        Environment.IsPrivilegedProcess
            ? new("setpriv", [$"--reuid={user}", $"--regid={user}", "--clear-groups", "--", Free.Program(program) ?? program, .. arguments])
            : new(program, arguments);

    /// <summary>Runs a program to its end and expects it to succeed.</summary>
    public static async Task RunAsync(string program, params string[] arguments)
    {
        using ServerProcess process = new(program, arguments);
        await process.SucceedAsync();
    }

    /// <summary>Waits for its end, which must be a success.</summary>
    public async Task SucceedAsync()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        await _process.WaitForExitAsync(limit.Token);
        if (_process.ExitCode != 0) throw new InvalidOperationException($"{_process.StartInfo.FileName} ended with {_process.ExitCode}: {Said}");
    }

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it has printed so far.</summary>
    public string Said
    {
        get
        {
            lock (_said) return _said.ToString();
        }
    }

    /// <summary>Sends a signal; to end it, see <see cref="EndAsync"/>.</summary>
    public void Signal(int signal)
    {
        if (!_process.HasExited) _ = Kill(Pid, signal);
    }

    /// <summary>Sends a signal to a process that something else has started.</summary>
    public static void Signal(int process, int signal) => Assert.Equal(0, Kill(process, signal));

    /// <summary>Sends a signal and waits until the process is gone.</summary>
    public async Task EndAsync(int signal)
    {
        Signal(signal);
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(limit.Token);
    }

    public void Dispose()
    {
        Signal(SigKill);
        _process.WaitForExit(TimeSpan.FromSeconds(30));
        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);

    private void Hear(string? line)
    {
        if (line is null) return;
        lock (_said) _said.AppendLine(line);
    }
}
