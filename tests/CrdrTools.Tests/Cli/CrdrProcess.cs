using System.Diagnostics;
using System.Text;

namespace CrdrTools.Tests.Cli;

/// <summary>A real <c>crdr</c> in a process of its own.</summary>
internal sealed class CrdrProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly Task<string> _output;

    private CrdrProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, e) =>
        {
            lock (_errors) _errors.AppendLine(e.Data);
        };
        process.Start();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        _output = process.StandardOutput.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public static CrdrProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "crdr.dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        return new CrdrProcess(new Process { StartInfo = start });
    }

    public static async Task<(int Code, string Out, string Err)> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using CrdrProcess process = Start(environment, arguments);
        return await process.EndAsync();
    }

    public async Task<(int Code, string Out, string Err)> EndAsync()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(limit.Token);
        lock (_errors) return (_process.ExitCode, _output.Result, _errors.ToString());
    }

    /// <summary>SIGKILL: nothing of it runs any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGINT, as Ctrl+C sends it; SIGTERM where the whole run was started with SIGINT ignored, as background jobs are.</summary>
    public void Interrupt()
    {
        using Process kill = Process.Start("kill", [IgnoresInterrupt ? "-TERM" : "-INT", _process.Id.ToString()]);
        kill.WaitForExit();
    }

    private bool IgnoresInterrupt
    {
        get
        {
            string status = $"/proc/{_process.Id}/status";
            string? ignored = File.Exists(status) ? File.ReadLines(status).FirstOrDefault(l => l.StartsWith("SigIgn:", StringComparison.Ordinal)) : null;
            return ignored is not null && (Convert.ToUInt64(ignored["SigIgn:".Length..].Trim(), 16) & 0b10) != 0;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
