using System.Collections;

namespace CrdrTools.PowerShell.Common;

/// <summary>The base of the cmdlets that use the core: where state and pairs are kept, and the host for each pair.</summary>
public abstract class CoreCmdlet : CrdrCmdlet
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(2), s_day = TimeSpan.FromDays(1);
    private Engine? _engine;
    private PipelineDesk? _desk;
    private int _hosts;

    /// <summary>The folder for journals, leases and samples. CRDR_STATE, or the user's own folder, unless given.</summary>
    [Parameter]
    public string? StatePath { get; set; }

    /// <summary>The file with the registered pairs. CRDR_PAIRS, or the user's own file, unless given.</summary>
    [Parameter]
    public string? PairFile { get; set; }

    /// <summary>There from BeginProcessing on: work on other threads may use it, but only the pipeline's may ask PowerShell for paths.</summary>
    private protected Engine Engine => _engine!;

    private protected PipelineDesk Desk => _desk ??= new PipelineDesk(IsUnattended(), action => Post(() => action(this)),
        (vault, name) => AskAsync(() => Answer.Of(() => SecretVault.Get(InvokeCommand, vault, name))).ContinueWith(t => t.GetAwaiter().GetResult().Value, TaskScheduler.Default),
        RunRouteAsync);

    private protected PowerShellHost HostFor(string pair, Func<CrdrPlan, Task<bool>>? confirm = null) =>
        new(Desk, pair, Interlocked.Increment(ref _hosts)) { Confirm = confirm };

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        _ = Desk;
        _engine = new Engine(Full(StatePath), Full(PairFile));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _engine?.Dispose();
    }

    /// <summary>A stopped pipeline runs no more script: what a route is told then is refused, and nobody waits for it.</summary>
    private async Task<string> RunRouteAsync(CrdrScriptRoute route, CrdrRouteCall call)
    {
        TaskCompletionSource<Answer> given = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenSource over = new();
        CancellationToken isOver = over.Token;
        using CancellationTokenRegistration stop = Cancelled.Register(() => _ = GiveUpAsync(s_grace, RouteScript.NotRun(call)));
        Task<Answer> told = DoAsync(() =>
        {
            _ = GiveUpAsync(route.Timeout + s_grace, RouteScript.Late(route, call));
            return Answer.Of(() => RouteScript.Run(this, route, call));
        }, () => RouteScript.NotRun(call));
        try
        {
            return (await (await Task.WhenAny(told, given.Task).ConfigureAwait(false)).ConfigureAwait(false)).Value ?? "";
        }
        finally
        {
            over.Cancel();
        }

        // A program whose children live on keeps PowerShell waiting for their output; the operation does not wait with it.
        async Task GiveUpAsync(TimeSpan after, CrdrException why)
        {
            Task wait = Task.Delay(after < s_day ? after : s_day, isOver);
            await Task.WhenAny(wait).ConfigureAwait(false);
            if (!wait.IsCanceled) given.TrySetException(why);
        }
    }

    private string? Full(string? path) => string.IsNullOrEmpty(path) ? null : GetUnresolvedProviderPathFromPSPath(path);

    /// <summary>Azure Automation: nobody is at the prompt.</summary>
    private bool IsUnattended() =>
        Core.Operations.AzureAutomation.IsHost
        || (Keys.Plain(SessionState.PSVariable.GetValue("PSPrivateMetadata")) is IDictionary job && Keys.Get(job, "JobId") is not null);
}

/// <summary>What came of a question: a value, or trouble that is not the pipeline's end.</summary>
internal readonly struct Answer
{
    private readonly string? _value;
    private readonly CrdrException? _trouble;

    private Answer(string? value, CrdrException? trouble)
    {
        _value = value;
        _trouble = trouble;
    }

    public string? Value => _trouble is null ? _value : throw _trouble;

    public static Answer Of(Func<string?> ask)
    {
        try
        {
            return new(ask(), null);
        }
        catch (CrdrException e)
        {
            return new(null, e);
        }
    }
}
