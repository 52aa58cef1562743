using System.Diagnostics;
using System.Text;

namespace CrdrTools.Core.Routes;

/// <summary>
/// A route moved by the operator's own programs. They get <c>CRDR_PAIR</c>, <c>CRDR_ROUTE</c>, <c>CRDR_SIDE</c> (<c>primary</c> or
/// <c>recovery</c>) and <c>CRDR_MEMBER</c> in the environment; arguments go as they are, never through a shell. An exit code other than 0 refuses.
/// </summary>
public sealed class CommandRoute(CrdrPair pair, CrdrRoute route) : IRoute
{
    /// <inheritdoc/>
    public string Name => route.Name;

    /// <inheritdoc/>
    public bool Switchable => true;

    /// <inheritdoc/>
    public bool CanFence => true;

    /// <inheritdoc/>
    public async Task<CrdrRouteStatus> ObserveAsync(CancellationToken ct)
    {
        try
        {
            return RouteWords.Read(route, await RunAsync(route.Observe, null, ct).ConfigureAwait(false));
        }
        catch (CrdrException e)
        {
            return new() { Name = Name, Type = route.Type, Unreached = [Name], Detail = e.Message };
        }
    }

    /// <inheritdoc/>
    public Task FenceAsync(Side old, bool planned) => RunAsync(route.Fence, old, CancellationToken.None);

    /// <inheritdoc/>
    public Task UnfenceAsync(Side old) => RunAsync(route.Unfence, old, CancellationToken.None);

    /// <inheritdoc/>
    public Task SwitchAsync(Side to) => RunAsync(route.Switch, to, CancellationToken.None);

    private async Task<string> RunAsync(IReadOnlyList<string>? command, Side? side, CancellationToken ct)
    {
        ProcessStartInfo start = new(command![0])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, CreateNoWindow = true,
        };
        CommandLine.SetArguments(start, command.Skip(1));
        start.Environment["CRDR_PAIR"] = pair.Name;
        start.Environment["CRDR_ROUTE"] = Name;
        if (side is { } s)
        {
            start.Environment["CRDR_SIDE"] = s == Side.Primary ? "primary" : "recovery";
            start.Environment["CRDR_MEMBER"] = pair[s].Name;
        }
        string what = $"route {Name}: {Path.GetFileName(command[0])}";
        using Process process = new() { StartInfo = start, EnableRaisingEvents = true };
        TaskCompletionSource<bool> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
        process.Exited += (_, _) => exited.TrySetResult(true);
        try
        {
            process.Start();
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            throw new CrdrException(CrdrErrorKind.NotFound, "RouteCommandMissing", $"{what} could not be started: {e.Message}");
        }
        process.StandardInput.Close();
        Heard output = new(), errors = new();
        process.OutputDataReceived += (_, e) => output.Hear(e.Data);
        process.ErrorDataReceived += (_, e) => errors.Hear(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(route.Timeout);
        using (limit.Token.Register(() => exited.TrySetResult(false)))
        {
            if (!await exited.Task.ConfigureAwait(false))
            {
                Kill(process);
                ct.ThrowIfCancellationRequested();
                throw new CrdrException(CrdrErrorKind.Timeout, "RouteCommandTimeout", $"{what} did not end within {route.Timeout.TotalSeconds:0.#} s and was ended.");
            }
        }
        // A program that leaves a daemon behind leaves it its output too: what came so far is what counts.
        await Task.WhenAny(Task.WhenAll(output.Ended, errors.Ended), Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None)).ConfigureAwait(false);
        if (process.ExitCode != 0)
        {
            string said = errors.Text.Trim();
            throw new CrdrException(CrdrErrorKind.Refused, "RouteCommandFailed", $"{what} ended with {process.ExitCode}{(said.Length == 0 ? "." : $": {said}")}");
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
    private sealed class Heard
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
            if (line is null) _ended.TrySetResult(true);
            else lock (_text) _text.Append(line).Append('\n');
        }
    }
}
