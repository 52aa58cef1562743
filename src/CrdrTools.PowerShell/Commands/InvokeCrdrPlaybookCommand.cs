using System.Collections;
using System.Security;

namespace CrdrTools.PowerShell.Commands;

/// <summary>Runs a playbook on a pair, and keeps who ran it, what became of it, and which operations it ran.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "CrdrPlaybook", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(CrdrPlaybookRun))]
public sealed class InvokeCrdrPlaybookCommand : PlaybookCmdlet
{
    // Its own lines stop at the first error: what comes after a step that did not succeed was not meant to happen then.
    private const string Wrapper = "param($path, $given, $defaults, $see) & { param($crdrPath, $crdrGiven, $crdrDefaults, $crdrSee) $ErrorActionPreference = 'Stop'; $PSDefaultParameterValues = $crdrDefaults; "
        + "& $crdrPath @crdrGiven | ForEach-Object -Process { $crdrSee.Invoke($_); $_ } } $path $given $defaults $see";

    private readonly List<CrdrPlaybookRun> _failed = [];
    private readonly List<string> _missing = [];
    private int _all;
    private bool _whatIf;

    /// <summary>The playbook: its name, or the path of its file.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [ArgumentCompleter(typeof(PlaybookNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Playbook { get; set; }

    /// <summary>The pairs, one after another: names, pair objects, or hashtables that describe them.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [PairArgument]
    [ArgumentCompleter(typeof(PairNameCompleter))]
    public PairOrName[] Pair { get; set; } = [];

    /// <summary>What the playbook's own parameters are given: a hashtable.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public Hashtable? Argument { get; set; }

    /// <summary>The ids of findings that keep it from being run, and shall not.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] AllowFinding { get; set; } = [];

    /// <summary>The vendor's token, for the cmdlets of the playbook. Where the pair says unless given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SecureString? Token { get; set; }

    /// <summary>Lets the cmdlets of the playbook go on without a question. Skips the questions and nothing else: guards have switches of their own.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _whatIf = MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? whatIf) ? LanguagePrimitives.IsTrue(whatIf) : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference"));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        CrdrPlaybook playbook = Try(() => Engine.Playbook(Folders, Whole(Playbook!)), Playbook);
        if (playbook.Kind == CrdrPlaybookKind.Runbook)
        {
            ThrowTerminatingError(ErrorRecords.Of(new CrdrException(CrdrErrorKind.InvalidInput, "RunbookNotInvoked", $"{playbook.Name} is a runbook: Azure Automation runs it, or it is run as a script: & '{playbook.Path}'",
                "The playbooks for people are listed by: Get-CrdrPlaybook"), playbook));
        }
        foreach (PairOrName argument in Pair)
        {
            _all++;
            CrdrPair pair;
            try
            {
                pair = Engine.Find(argument, patterns: false)[0];
            }
            catch (CrdrException e)
            {
                // One that is none keeps no other from being seen to.
                _missing.Add(argument.Name);
                WriteError(ErrorRecords.Of(e, argument.Name));
                continue;
            }
            Run(playbook, argument, pair);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_failed.Count + _missing.Count == 0) return;
        ThrowTerminatingError(new(new CrdrException(CrdrErrorKind.InvalidState, "PlaybooksFailed", $"{_failed.Count + _missing.Count} of {_all} did not succeed: {string.Join(", ", _failed.Select(r => $"{r.Playbook} on {r.Pair} ({r.Outcome})").Concat(_missing.Select(m => $"{m} (not found)")))}."),
            "PlaybooksFailed", ErrorCategory.InvalidResult, _failed.ToArray()));
    }

    private void Run(CrdrPlaybook playbook, PairOrName argument, CrdrPair pair)
    {
        PlaybookScript script = new(playbook);
        Hashtable given = Given(playbook, script, argument, pair);
        IReadOnlyList<CrdrPlaybookFinding> found = [.. script.Findings(InvokeCommand).Select(f => f with { Pair = pair.Name }), .. Try(() => Engine.PlaybookFindings(playbook, pair), playbook.Name)];
        List<CrdrPlaybookFinding> against = [.. found.Where(f => f.Severity == FindingSeverity.Error)];
        foreach (CrdrPlaybookFinding finding in found.Except(against)) WriteWarning($"{playbook.Name}: {finding}");
        IEnumerable<DictionaryEntry> told = given.Cast<DictionaryEntry>().Where(e => Keys.Text(e.Key) is not ("Pair" or "WhatIf" or "Confirm" or "Verbose"));
        CrdrPlaybookRun run = Engine.BeginRun(playbook, pair.Name, told.ToDictionary(e => Keys.Text(e.Key), e => Keys.Text(e.Value)),
            [.. against.Where(f => AllowFinding.Contains(f.Id, StringComparer.OrdinalIgnoreCase))]);
        against.RemoveAll(f => run.Allowed.Contains(f));
        if (against.Count > 0)
        {
            string ids = string.Join(", ", against.Select(f => f.Id).Distinct());
            Fail(End(run, CrdrPlaybookOutcome.Refused, $"Nothing was run. {string.Join(" ", against)}", against[0].Id),
                $"Mend it and mark it as reviewed (Confirm-CrdrPlaybook), or run it all the same: -AllowFinding {ids}. What to do by hand is in the file: {playbook.Path}");
            return;
        }
        if (!_whatIf && !ShouldProcess(pair.Name, $"Run the playbook {playbook.Name}: {playbook.Title}")) return;
        Keep(run);
        Play(playbook, run, given);
    }

    /// <summary>Runs the script in this session: its output as it comes, its questions at this prompt.</summary>
    private void Play(CrdrPlaybook playbook, CrdrPlaybookRun run, Hashtable given)
    {
        Action<object> see = said =>
        {
            switch (Keys.Plain(said))
            {
                case CrdrOperation operation: run = run with { Operations = [.. run.Operations.Append(operation.Id).Distinct()], Simulated = run.Simulated || operation.Simulated }; break;
                case CrdrPlaybookStop stop: run = run with { Stop = stop }; break;
            }
        };
        bool concluded = false;
        try
        {
            using SteppablePipeline pipeline = ScriptBlock.Create(Wrapper).GetSteppablePipeline(CommandOrigin.Internal, [playbook.Path, given, Defaults(), see]);
            pipeline.Begin(this);
            pipeline.Process();
            pipeline.End();
            concluded = true;
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            concluded = true;
            string line = e.ErrorRecord.InvocationInfo is { ScriptName: { Length: > 0 } } at ? $"Line {at.ScriptLineNumber}: " : "";
            Fail(End(run, CrdrPlaybookOutcome.Failed, line + (e.ErrorRecord.ErrorDetails?.Message ?? e.ErrorRecord.Exception.Message), e.ErrorRecord.FullyQualifiedErrorId.Split(',')[0]), e.ErrorRecord.ErrorDetails?.RecommendedAction);
            return;
        }
        finally
        {
            // Stopped by hand, or downstream wants no more.
            if (!concluded) End(run, CrdrPlaybookOutcome.Interrupted, "It was stopped on the way. An operation that was under way is taken up again by: Resume-CrdrOperation", "Stopped");
        }
        run = End(run, run.Stop is null ? CrdrPlaybookOutcome.Succeeded : CrdrPlaybookOutcome.Stopped, run.Stop is null ? "It came to its end." : $"A person decides: {run.Stop.Decision}", null);
        if (!_whatIf) WriteObject(run);
    }

    private CrdrPlaybookRun End(CrdrPlaybookRun run, CrdrPlaybookOutcome outcome, string message, string? errorId)
    {
        // What was only looked at did not happen.
        if (_whatIf) return run with { Outcome = outcome, Message = message, ErrorId = errorId };
        try
        {
            return Engine.EndRun(run, outcome, message, errorId);
        }
        catch (CrdrException e)
        {
            Listened(() => WriteWarning($"This run is not on record: {e.Message}"));
            return run with { Outcome = outcome, Message = message, ErrorId = errorId };
        }
    }

    /// <summary>A record that cannot be written keeps nobody from recovering.</summary>
    private void Keep(CrdrPlaybookRun run)
    {
        if (_whatIf) return;
        try
        {
            Engine.Keep(run);
        }
        catch (CrdrException e)
        {
            WriteWarning($"This run is not on record: {e.Message}");
        }
    }

    private void Fail(CrdrPlaybookRun run, string? advice)
    {
        _failed.Add(run);
        if (!_whatIf) WriteObject(run);
        WriteError(ErrorRecords.Of(new CrdrException(run.Outcome == CrdrPlaybookOutcome.Refused ? CrdrErrorKind.Refused : CrdrErrorKind.InvalidState, run.ErrorId ?? "PlaybookFailed",
            $"{run.Playbook} on {run.Pair}: {run.Outcome}. {run.Message}", advice), run));
    }

    /// <summary>After a stop nobody can be written to.</summary>
    private void Listened(Action write)
    {
        if (!Stopping) write();
    }

    /// <summary>What the script is called with: the pair as it was given, its own parameters, and whether anything is to be asked or done.</summary>
    private Hashtable Given(CrdrPlaybook playbook, PlaybookScript script, PairOrName argument, CrdrPair pair)
    {
        Hashtable given = new(StringComparer.OrdinalIgnoreCase) { ["Pair"] = argument.Description ?? (object?)argument.Pair ?? pair.Name };
        foreach (DictionaryEntry entry in Argument ?? [])
        {
            string name = Keys.Text(entry.Key);
            if (name.Equals("Pair", StringComparison.OrdinalIgnoreCase) || !script.Parameters.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                ThrowTerminatingError(ErrorRecords.Of(new CrdrException(CrdrErrorKind.InvalidInput, "ArgumentUnknown",
                    $"{playbook.Name} has no parameter '{name}' to be given. It has: {string.Join(", ", script.Parameters.Where(p => !p.Equals("Pair", StringComparison.OrdinalIgnoreCase)))}."), Argument));
            }
            given[name] = entry.Value;
        }
        if (_whatIf && !script.SupportsWhatIf)
        {
            ThrowTerminatingError(ErrorRecords.Of(new CrdrException(CrdrErrorKind.Refused, "WhatIfMissing", $"{playbook.Name} cannot be asked what it would do, and was not run: its param block has no [CmdletBinding(SupportsShouldProcess)].",
                $"Read it: {playbook.Path}"), playbook));
        }
        if (!script.SupportsWhatIf) return given;
        if (MyInvocation.BoundParameters.TryGetValue("Verbose", out object? verbose)) given["Verbose"] = LanguagePrimitives.IsTrue(verbose);
        if (_whatIf) given["WhatIf"] = true;
        if (MyInvocation.BoundParameters.TryGetValue("Confirm", out object? confirm)) given["Confirm"] = LanguagePrimitives.IsTrue(confirm);
        else if (Force) given["Confirm"] = false;
        return given;
    }

    /// <summary>Where this call looks, the cmdlets of the script look too.</summary>
    private DefaultParameterDictionary Defaults()
    {
        DefaultParameterDictionary defaults = SessionState.PSVariable.GetValue("PSDefaultParameterValues") is IDictionary set ? new(set) : [];
        foreach (string name in new[] { nameof(Token), nameof(StatePath), nameof(PairFile) })
        {
            if (!MyInvocation.BoundParameters.TryGetValue(name, out object? value)) continue;
            foreach (string commands in new[] { "*-Crdr*", "New-FailbackStream" }) defaults[$"{commands}:{name}"] = value is string path ? GetUnresolvedProviderPathFromPSPath(path) : value;
        }
        return defaults;
    }
}
