namespace CrdrTools.Core.Routes;

/// <summary>
/// A route moved by whoever described the pair in this process, for example by script blocks. It is told what to do by one object; to look, it
/// answers as a <see cref="CommandRoute"/>'s program does, in lines <c>target=primary|recovery|none</c> and <c>fenced=…</c>.
/// </summary>
/// <param name="pair">The pair.</param>
/// <param name="route">The route.</param>
/// <param name="run">Does what it is told and gives what was printed; throws <see cref="CrdrException"/> where that did not succeed.</param>
public sealed class InProcessRoute(CrdrPair pair, CrdrRoute route, Func<CrdrRouteCall, Task<string>> run) : IRoute
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
            return RouteWords.Read(route, await run(new() { Pair = pair.Name, Route = Name, Action = RouteAction.Observe }).ConfigureAwait(false));
        }
        catch (CrdrException e)
        {
            return new() { Name = Name, Type = route.Type, Unreached = [Name], OutOfReach = true, Detail = e.Message };
        }
    }

    /// <inheritdoc/>
    public Task FenceAsync(Side old, bool planned) => RunAsync(RouteAction.Fence, old);

    /// <inheritdoc/>
    public Task UnfenceAsync(Side old) => RunAsync(RouteAction.Unfence, old);

    /// <inheritdoc/>
    public Task SwitchAsync(Side to) => RunAsync(RouteAction.Switch, to);

    private Task RunAsync(RouteAction action, Side side) => run(new() { Pair = pair.Name, Route = Name, Action = action, Side = side, Member = pair[side].Name });
}
