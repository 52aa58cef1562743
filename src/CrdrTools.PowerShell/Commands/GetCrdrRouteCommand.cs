namespace CrdrTools.PowerShell.Commands;

/// <summary>Tells where each route of pairs leads. No vendor is asked.</summary>
[Cmdlet(VerbsCommon.Get, "CrdrRoute")]
[OutputType(typeof(CrdrRouteStatus))]
public sealed class GetCrdrRouteCommand : PairReadingCmdlet
{
    /// <summary>Only the routes of these names, with wildcards.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(RouteNameCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Name { get; set; }

    private protected override async Task<IEnumerable<object>> ReadAsync(CrdrPair pair, string? token, PowerShellHost host, CancellationToken ct) =>
        await Engine.RoutesAsync(pair, Name, host, ct).ConfigureAwait(false);
}
