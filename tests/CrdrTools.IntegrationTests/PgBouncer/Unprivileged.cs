using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.PgBouncer;

/// <summary>Programs that refuse to run as root, and the folders they own.</summary>
internal static class Unprivileged
{
    private const string User = "postgres";

    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>A folder of its own, owned by whoever the servers run as.</summary>
    public static string Folder()
    {
        string folder = Directory.CreateTempSubdirectory("crdr-it-").FullName;
        Own(folder);
        return folder;
    }

    /// <summary>Gives a file or folder to whoever the servers run as.</summary>
    public static void Own(string path)
    {
        if (IsRoot) Run("chown", $"{User}:{User}", path);
    }

    public static Process Start(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(IsRoot ? "setpriv" : Free.Program(program)!) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        if (IsRoot) foreach (string part in new[] { $"--reuid={User}", $"--regid={User}", "--clear-groups", Free.Program(program)! }) start.ArgumentList.Add(part);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C";
        return Process.Start(start)!;
    }

    /// <summary>Runs a program to its end. Gives what it printed.</summary>
    public static string RunAsUser(string program, params string[] arguments) => End(Start(program, arguments));

    public static string Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        return End(Process.Start(start)!);
    }

    /// <summary>Asks a process to end, and waits until it has.</summary>
    public static void Stop(Process process, int signal)
    {
        if (!process.HasExited) _ = Kill(process.Id, signal);
        if (!process.WaitForExit(20_000)) process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    private static string End(Process process)
    {
        using (process)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
            process.WaitForExit();
            return process.ExitCode == 0 ? output.Result : throw new InvalidOperationException($"{process.StartInfo.FileName} ended with {process.ExitCode}: {output.Result}{errors.Result}");
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
}

/// <summary>Looks until it is so.</summary>
internal static class Until
{
    public static async Task TrueAsync(Func<Task<bool>> so, string what, int seconds = 30)
    {
        for (Stopwatch waited = Stopwatch.StartNew(); !await so(); await Task.Delay(10))
            if (waited.Elapsed.TotalSeconds > seconds) throw new TimeoutException($"not within {seconds} s: {what}");
    }

    public static Task TrueAsync(Func<bool> so, string what, int seconds = 30) => TrueAsync(() => Task.FromResult(so()), what, seconds);
}

/// <summary>What a process says, kept, so that its pipes never fill.</summary>
internal sealed class Heard
{
    private readonly StringBuilder _text = new();

    public Heard(Process process)
    {
        process.OutputDataReceived += Hear;
        process.ErrorDataReceived += Hear;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Text
    {
        get
        {
            lock (_text) return _text.ToString();
        }
    }

    private void Hear(object sender, DataReceivedEventArgs e)
    {
        lock (_text) _text.AppendLine(e.Data);
    }
}
