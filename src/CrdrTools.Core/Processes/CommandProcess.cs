using System.Diagnostics;
using System.Text;

namespace CrdrTools.Core.Processes;

/// <summary>
/// A program of the operator's own: its arguments go as they are, never through a shell, and an exit code other than 0 refuses.
/// </summary>
/// <param name="what">How messages name it.</param>
/// <param name="errors">How its errors' ids begin: <c>…Missing</c> (it could not be started), <c>…Timeout</c>, <c>…Failed</c>.</param>
internal sealed class CommandProcess(string what, string errors)
{
    /// <summary>Runs it to its end and gives what it printed; each line of it goes to <paramref name="heard"/> on the way, errors too.</summary>
    public async Task<string> RunAsync(IReadOnlyList<string> command, IEnumerable<KeyValuePair<string, string>> environment, TimeSpan limit, CancellationToken ct,
        Action<string>? heard = null)
    {
        ProcessStartInfo start = new(command[0])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, CreateNoWindow = true,
        };
        CommandLine.SetArguments(start, command.Skip(1));
        foreach (KeyValuePair<string, string> variable in environment) start.Environment[variable.Key] = variable.Value;
        using Process process = new() { StartInfo = start, EnableRaisingEvents = true };
        TaskCompletionSource<bool> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
        process.Exited += (_, _) => exited.TrySetResult(true);
        try
        {
            process.Start();
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            throw new CrdrException(CrdrErrorKind.NotFound, errors + "Missing", $"{what} could not be started: {e.Message}");
        }
        process.StandardInput.Close();
        Heard output = new(heard), complaints = new(heard);
        process.OutputDataReceived += (_, e) => output.Hear(e.Data);
        process.ErrorDataReceived += (_, e) => complaints.Hear(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using CancellationTokenSource time = CancellationTokenSource.CreateLinkedTokenSource(ct);
        time.CancelAfter(limit);
        using (time.Token.Register(() => exited.TrySetResult(false)))
        {
            if (!await exited.Task.ConfigureAwait(false))
            {
                Kill(process);
                ct.ThrowIfCancellationRequested();
                throw new CrdrException(CrdrErrorKind.Timeout, errors + "Timeout", $"{what} did not end within {limit.TotalSeconds:0.#} s and was ended.");
            }
        }
        // A program that leaves a daemon behind leaves it its output too: what came so far is what counts.
        await Task.WhenAny(Task.WhenAll(output.Ended, complaints.Ended), Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None)).ConfigureAwait(false);
        if (process.ExitCode != 0)
        {
            string said = complaints.Text.Trim();
            throw new ProgramFailedException(process.ExitCode, errors + "Failed", $"{what} ended with {process.ExitCode}{(said.Length == 0 ? "." : $": {said}")}");
        }
        return output.Text;
    }

    private static void Kill(Process process)
    {
        try
        {
#if NET
            process.Kill(entireProcessTree: true);
#else
            process.Kill();
#endif
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in between.
        }
    }

    /// <summary>The lines a program has written so far.</summary>
    private sealed class Heard(Action<string>? heard)
    {
        private readonly StringBuilder _text = new();
        private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => _ended.Task;

        public string Text
        {
            get
            {
                lock (_text) return _text.ToString();
            }
        }

        public void Hear(string? line)
        {
            if (line is null)
            {
                _ended.TrySetResult(true);
                return;
            }
            lock (_text) _text.Append(line).Append('\n');
            heard?.Invoke(line);
        }
    }
}

/// <summary>A program has said no.</summary>
internal sealed class ProgramFailedException(int exitCode, string errorId, string message) : CrdrException(CrdrErrorKind.Refused, errorId, message)
{
    /// <summary>With what it ended.</summary>
    public int ExitCode => exitCode;
}
