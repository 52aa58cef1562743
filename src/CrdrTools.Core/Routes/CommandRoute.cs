using CrdrTools.Core.Processes;

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
            string said = await RunAsync(route.Observe, null, ct).ConfigureAwait(false);
            return Read(said);
        }
        catch (CrdrException e)
        {
            return new() { Name = Name, Type = route.Type, Detail = e.Message };
        }
    }

    /// <inheritdoc/>
    public Task FenceAsync(Side old) => RunAsync(route.Fence, old, CancellationToken.None);

    /// <inheritdoc/>
    public Task UnfenceAsync(Side old) => RunAsync(route.Unfence, old, CancellationToken.None);

    /// <inheritdoc/>
    public Task SwitchAsync(Side to) => RunAsync(route.Switch, to, CancellationToken.None);

    internal CrdrRouteStatus Read(string said)
    {
        Side? target = null;
        bool told = false;
        List<Side> fenced = [];
        foreach (string line in said.Split('\n'))
        {
            string[] parts = line.Trim().Split('=');
            if (parts.Length != 2) continue;
            if (parts[0] == "target")
            {
                told = parts[1] is "primary" or "recovery" or "none";
                target = AsSide(parts[1]);
            }
            else if (parts[0] == "fenced")
            {
                fenced.AddRange(parts[1].Split(',').Select(AsSide).OfType<Side>());
            }
        }
        return new()
        {
            Name = Name, Type = route.Type, Target = target, Fenced = fenced, Verified = told,
            Detail = told ? null : "its observe command printed no line target=primary, target=recovery or target=none",
        };
    }

    private static Side? AsSide(string word) => word.Trim() switch { "primary" => Side.Primary, "recovery" => Side.Recovery, _ => null };

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
