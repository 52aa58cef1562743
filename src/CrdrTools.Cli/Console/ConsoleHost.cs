using CrdrTools.Core.Operations;
using Spectre.Console;

namespace CrdrTools.Cli;

/// <summary>
/// What <c>crdr</c> lends to the core: progress, notices and the question go to standard error, so that standard output
/// carries the answer alone.
/// </summary>
internal sealed class ConsoleHost(bool yes, bool verbose) : IOperationHost
{
    private readonly IAnsiConsole _err = ErrorConsole();
    private readonly Lock _gate = new();
    private readonly bool _terminal = !Console.IsErrorRedirected;
    private string? _head;
    private string? _noticed;
    private TimeSpan _told;
    private bool _open;

    public bool Unattended => AzureAutomation.IsHost;

    public IAnsiConsole Err => _err;

    /// <summary>On a terminal one line that moves; in a log a line for each step, and one every ten seconds of waiting.</summary>
    public void OnProgress(CrdrProgress progress)
    {
        string head = $"[{progress.Step}/{progress.Steps}] {progress.Effect}";
        string tail = $"{progress.Detail}{(progress.Progress is { } p ? $", {p:P0} of all" : "")} ({progress.Waited:hh\\:mm\\:ss})";
        lock (_gate)
        {
            if (head != _head)
            {
                EndLine();
                Console.Error.WriteLine(head);
                _head = head;
                _noticed = null;
                _told = progress.Waited;
            }
            if (_terminal)
            {
                string line = $"      {tail}";
                int width = Math.Max(20, _err.Profile.Width - 1);
                Console.Error.Write($"\r{(line.Length > width ? line[..width] : line.PadRight(width))}");
                _open = true;
            }
            else if (progress.Waited < _told || progress.Waited - _told >= TimeSpan.FromSeconds(10))
            {
                Console.Error.WriteLine($"      {tail}");
                _told = progress.Waited;
            }
        }
    }

    public void OnNotice(FindingSeverity severity, string text)
    {
        lock (_gate)
        {
            // The same again, with nothing in between, tells nothing more.
            if (text == _noticed) return;
            _noticed = text;
            text = Output.InOurWords(text);
            Write(severity == FindingSeverity.Info ? text : $"{severity.ToString().ToLowerInvariant()}: {text}");
        }
    }

    public void OnTrace(string text)
    {
        if (!verbose) return;
        lock (_gate) Write($"trace: {text}");
    }

    /// <summary>Leaves the moving line, so that what follows begins on its own.</summary>
    public void EndLine()
    {
        if (!_open) return;
        Console.Error.WriteLine();
        _open = false;
    }

    public Task<bool> ConfirmAsync(CrdrPlan plan)
    {
        if (yes) return Task.FromResult(true);
        Output.Plan(_err, plan);
        return Task.FromResult(Typed(plan.Pair, $"{(plan.Verb == CrdrVerb.SwitchRoute ? "Switch the routes of" : plan.Verb)} {plan.Pair}{(plan.To is null ? "" : $" to its {plan.To} side")}"));
    }

    /// <summary>The same question for what has no plan. No answer, or another one, refuses.</summary>
    public void Confirm(string pair, string what, string verb)
    {
        if (yes) return;
        Write(what);
        if (!Typed(pair, $"{verb} {pair}")) throw new CrdrException(CrdrErrorKind.Refused, "NotConfirmed", "Not confirmed. Nothing was changed.");
    }

    private static bool Typed(string pair, string what)
    {
        if (Console.IsInputRedirected)
        {
            throw new CrdrException(CrdrErrorKind.Refused, "NotConfirmed", "Nobody is here to confirm this: give --yes. Nothing was changed.");
        }
        Console.Error.Write($"{what}: type the pair's name to go on: ");
        Asking = true;
        try
        {
            return Console.In.ReadLine()?.Trim() == pair;
        }
        finally
        {
            Asking = false;
        }
    }

    /// <summary>Whether somebody is being asked: nothing is under way then, and who is asked may simply leave.</summary>
    public static bool Asking { get; private set; }

    public CrdrTools.Core.Routes.IRoute? InProcessRoute(CrdrPair pair, CrdrRoute route) => null;

    public Task<string?> GetSecretAsync(string? vault, string name) =>
        throw new CrdrException(CrdrErrorKind.InvalidInput, "SecretManagementMissing", $"secret:{name} is looked up by PowerShell's SecretManagement only.",
            "For crdr, put the token into an environment variable and register the pair with --secret env:NAME.");

    private static IAnsiConsole ErrorConsole()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (Console.IsErrorRedirected) console.Profile.Width = 400;
        return console;
    }

    private void Write(string text)
    {
        EndLine();
        Console.Error.WriteLine(text);
    }
}
