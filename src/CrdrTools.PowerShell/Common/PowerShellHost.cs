using System.Collections.Concurrent;
using System.Diagnostics;

namespace CrdrTools.PowerShell.Common;

/// <summary>What this head lends the core for one pair. Its calls come from any thread and are done on the pipeline's.</summary>
internal sealed class PowerShellHost(PipelineDesk desk, string pair, int number)
{
    private static readonly TimeSpan s_often = TimeSpan.FromSeconds(10);
    private readonly Stopwatch _since = new();
    private string? _last;

    /// <summary>Set by changing cmdlets: shows the plan and asks.</summary>
    public Func<CrdrPlan, Task<bool>>? Confirm { get; init; }

    public bool Unattended => desk.Unattended;

    public void OnProgress(CrdrProgress progress)
    {
        string step = $"{progress.Step} of {progress.Steps}: {progress.Effect}";
        // The bar shows every look; a line is for each step, and now and then in between.
        bool fresh = _last != step || _since.Elapsed > s_often;
        _last = step;
        if (fresh) _since.Restart();
        desk.Post(cmdlet =>
        {
            // Between two steps of the bar: the share of this step that the vendor tells, or nothing of it.
            double share = (progress.Step - 1 + Math.Min(1, progress.Progress ?? 0)) / Math.Max(1, progress.Steps);
            cmdlet.WriteProgress(new ProgressRecord(number, $"{progress.Verb} of {progress.Pair}, step {progress.Step} of {progress.Steps} ({Waited(progress.Waited)})", progress.Detail)
            {
                CurrentOperation = progress.Effect,
                PercentComplete = (int)(100 * Math.Min(1, share)),
            });
            if (fresh) cmdlet.WriteVerbose($"{progress.Pair}: step {step}: {progress.Detail}");
        });
    }

    /// <summary>Takes the bar away.</summary>
    public void EndProgress()
    {
        if (_last is not null) desk.Post(cmdlet => cmdlet.WriteProgress(new ProgressRecord(number, pair, "done") { RecordType = ProgressRecordType.Completed }));
    }

    public void OnNotice(FindingSeverity severity, string text) => desk.Post(cmdlet =>
    {
        if (severity == FindingSeverity.Info) cmdlet.WriteVerbose($"{pair}: {text}");
        else cmdlet.WriteWarning($"{pair}: {text}");
    });

    public void OnTrace(string text) => desk.Post(cmdlet => cmdlet.WriteDebug($"{pair}: {text}"));

    public Task<string?> GetSecretAsync(string? vault, string name) => desk.GetSecretAsync(vault, name);

    public Task<string> RunRouteAsync(CrdrScriptRoute route, CrdrRouteCall call) => desk.RunRouteAsync(route, call);

    private static string Waited(TimeSpan span) =>
        span.TotalMinutes < 1 ? $"{span.TotalSeconds:0} s" : span.TotalHours < 1 ? $"{span:m\\:ss}" : $"{(int)span.TotalHours}:{span:mm\\:ss}";
}

/// <summary>The way from other threads to the pipeline's, as hosts see it.</summary>
internal sealed class PipelineDesk(bool unattended, Action<Action<Cmdlet>> post, Func<string?, string, Task<string?>> secret, Func<CrdrScriptRoute, CrdrRouteCall, Task<string>> route)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<string?>>> _secrets = new();

    public bool Unattended => unattended;

    public void Post(Action<Cmdlet> action) => post(action);

    /// <summary>Runs what a route is told on the pipeline's thread, and gives what it printed.</summary>
    public Task<string> RunRouteAsync(CrdrScriptRoute told, CrdrRouteCall call) => route(told, call);

    /// <summary>Asks once for each secret, however many pairs share it.</summary>
    public Task<string?> GetSecretAsync(string? vault, string name) => _secrets.GetOrAdd($"{vault}/{name}", _ => new(() => secret(vault, name))).Value;
}
