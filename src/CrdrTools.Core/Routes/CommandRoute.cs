using CrdrTools.Core.Processes;

namespace CrdrTools.Core.Routes;

/// <summary>
/// A route moved by the operator's own programs. They get <c>CRDR_PAIR</c>, <c>CRDR_ROUTE</c>, <c>CRDR_SIDE</c> (<c>primary</c> or
/// <c>recovery</c>) and <c>CRDR_MEMBER</c> in the environment; arguments go as they are, never through a shell. An exit code other than 0 refuses.
/// </summary>
public sealed class CommandRoute(CrdrPair pair, CrdrRoute route) : IRoute, IManualRoute
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
            return new() { Name = Name, Type = route.Type, Unreached = [Name], OutOfReach = true, Detail = e.Message };
        }
    }

    /// <inheritdoc/>
    public Task FenceAsync(Side old, bool planned) => RunAsync(route.Fence, old, CancellationToken.None);

    /// <inheritdoc/>
    public Task UnfenceAsync(Side old) => RunAsync(route.Unfence, old, CancellationToken.None);

    /// <inheritdoc/>
    public Task SwitchAsync(Side to) => RunAsync(route.Switch, to, CancellationToken.None);

    /// <inheritdoc/>
    public IReadOnlyList<string> ByHand(RouteDeed deed, Side side)
    {
        IReadOnlyList<string>? command = deed switch { RouteDeed.Fence => route.Fence, RouteDeed.Unfence => route.Unfence, _ => route.Switch };
        return command is null ? [] : [$"CRDR_PAIR={Quoted(pair.Name)} CRDR_ROUTE={Quoted(Name)} CRDR_SIDE={side.ToString().ToLowerInvariant()} CRDR_MEMBER={Quoted(pair[side].Name)} {string.Join(" ", command.Select(Quoted))}"];
    }

    private static string Quoted(string word) => word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "._-/:=@,+".IndexOf(c) >= 0) ? word : $"'{word.Replace("'", "'\\''")}'";

    private Task<string> RunAsync(IReadOnlyList<string>? command, Side? side, CancellationToken ct)
    {
        Dictionary<string, string> environment = new() { ["CRDR_PAIR"] = pair.Name, ["CRDR_ROUTE"] = Name };
        if (side is { } s)
        {
            environment["CRDR_SIDE"] = s == Side.Primary ? "primary" : "recovery";
            environment["CRDR_MEMBER"] = pair[s].Name;
        }
        return new CommandProcess($"route {Name}: {Path.GetFileName(command![0])}", "RouteCommand").RunAsync(command, environment, route.Timeout, ct);
    }
}
