using System.Collections;
using System.Globalization;

namespace CrdrTools.PowerShell.Common;

/// <summary>Runs the script blocks of a route, on the pipeline's thread, in the session of whoever wrote them.</summary>
internal static class RouteScript
{
    private static readonly TimeSpan s_most = TimeSpan.FromDays(1);
    private const string ExitCode = "global:LASTEXITCODE";

    // The block's own preference is set beside it: an error that the session would pass over in silence is one all the same.
    private const string Call = "param($block, $call, $variables) $ErrorActionPreference = 'Stop'; $block.InvokeWithContext($null, $variables, @($call))";

    /// <summary>What it printed; of a look, where it says that clients land. Throws <see cref="CrdrException"/> where anything in it did not succeed.</summary>
    public static string Run(PSCmdlet cmdlet, CrdrScriptRoute route, CrdrRouteCall call)
    {
        PSVariableIntrinsics session = cmdlet.SessionState.PSVariable;
        object? exitBefore = session.GetValue(ExitCode);
        session.Set(ExitCode, 0);
        bool late = false;
        // A pipeline within the pipeline: its errors are ours alone, and it can be ended when it takes too long.
        using System.Management.Automation.PowerShell inner = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
        inner.AddScript(Call, useLocalScope: true).AddArgument(route.Blocks[call.Action]).AddArgument(call)
            .AddArgument(new List<PSVariable> { new("ErrorActionPreference", ActionPreference.Continue) });
        using Timer limit = new(_ =>
        {
            late = true;
            End(inner);
        });
        try
        {
            limit.Change(route.Timeout < s_most ? route.Timeout : s_most, System.Threading.Timeout.InfiniteTimeSpan);
            List<PSObject> said = [.. inner.Invoke()];
            limit.Change(System.Threading.Timeout.Infinite, System.Threading.Timeout.Infinite);
            // Not every way of ending it is thrown, and what was ended did not succeed.
            if (late || inner.InvocationStateInfo.State == PSInvocationState.Stopped) throw new PipelineStoppedException();
            // What a program writes to its standard error comes as errors too; its exit code tells whether it succeeded.
            if (inner.Streams.Error.FirstOrDefault(e => !IsProgramsWord(e)) is { } error) throw Failed(call, Say(error), error.Exception);
            if (Convert.ToInt32(session.GetValue(ExitCode) ?? 0, CultureInfo.InvariantCulture) is not 0 and var code)
                throw Failed(call, string.Join(" ", [$"a program in it ended with {code}.", .. inner.Streams.Error.Select(Say)]), null);
            return call.Action == RouteAction.Observe ? string.Join("\n", said.Select(Words)).ToLowerInvariant() : "";
        }
        catch (PipelineStoppedException e) when (late)
        {
            throw Late(route, call, e);
        }
        catch (Exception e) when (e is not (PipelineStoppedException or CrdrException))
        {
            // The wrapper's own words around it help nobody.
            Exception cause = e is RuntimeException && e.InnerException is { } within ? within : e;
            throw Failed(call, cause is IContainsErrorRecord { ErrorRecord: { } record } ? Say(record) : cause.Message, cause);
        }
        finally
        {
            session.Set(ExitCode, exitBefore);
        }
    }

    private static void End(System.Management.Automation.PowerShell running)
    {
        try
        {
            running.BeginStop(null, null);
        }
        catch (ObjectDisposedException)
        {
            // It has come to its end by itself in between.
        }
    }

    /// <summary>The refusal when no script is run any more.</summary>
    public static CrdrException NotRun(CrdrRouteCall call) => new(CrdrErrorKind.Stopped, "RouteScriptStopped",
        $"{What(call)} was not run to its end: the pipeline was stopped, and PowerShell runs no script in it any more.");

    /// <summary>The refusal when it took too long.</summary>
    public static CrdrException Late(CrdrScriptRoute route, CrdrRouteCall call, Exception? inner = null) => new(CrdrErrorKind.Timeout, "RouteScriptTimeout",
        $"{What(call)} did not end within {route.Timeout.TotalSeconds:0.#} s and was told to end.", inner: inner);

    private static string What(CrdrRouteCall call) => $"route {call.Route}: the script block {call.Action}{(call.Side is { } side ? $" for the {side} side" : "")}";

    private static CrdrException Failed(CrdrRouteCall call, string why, Exception? cause) =>
        new(CrdrErrorKind.Refused, "RouteScriptFailed", $"{What(call)} failed: {why}", inner: cause);

    private static bool IsProgramsWord(ErrorRecord error) => error.FullyQualifiedErrorId.StartsWith("NativeCommandError", StringComparison.Ordinal);

    private static string Say(ErrorRecord error) => error.ErrorDetails?.Message ?? error.Exception.Message;

    /// <summary>Lines as they are; of an object what its Target and Fenced say.</summary>
    private static string Words(PSObject said)
    {
        IDictionary? table = said?.BaseObject as IDictionary ?? (said?.Properties["Target"] is null && said?.Properties["Fenced"] is null ? null
            : new Hashtable { ["Target"] = said.Properties["Target"]?.Value, ["Fenced"] = said.Properties["Fenced"]?.Value });
        if (table is null) return Keys.Text(said);
        string fenced = string.Join(",", Keys.Texts(Keys.Get(table, "Fenced")) ?? []);
        // Without a target it says nothing of where clients land; with an empty one it says that they land nowhere.
        bool told = table.Keys.Cast<object>().Any(k => string.Equals(Keys.Text(k), "Target", StringComparison.OrdinalIgnoreCase));
        return told ? $"target={(Keys.Get(table, "Target") is { } to && Keys.Text(to) is { Length: > 0 } side ? side : "none")}\nfenced={fenced}" : $"fenced={fenced}";
    }
}
