using CrdrTools.Core.Routes;

namespace CrdrTools.Core.Operations;

/// <summary>
/// All routes of a tight step: what can be prepared is, those that can are held and led on within a moment, the others by the ordinary way; at the same time.
/// </summary>
public sealed class HeldRoutes : IDisposable
{
    private readonly TightContext _context;
    private readonly Side _old;
    private readonly List<(IRoute Route, IHeldClients Clients)> _quick = [];
    private IReadOnlyList<IRoute> _others = [];
    private Task<string?[]>? _aimed;

    private HeldRoutes(TightContext context, Side old)
    {
        _context = context;
        _old = old;
    }

    /// <summary>Looks at all of them while clients still work. One that cannot be prepared goes the ordinary way, which tells its trouble.</summary>
    /// <param name="context">What the step was lent.</param>
    /// <param name="old">The side that clients are to leave.</param>
    public static async Task<HeldRoutes> PrepareAsync(TightContext context, Side old)
    {
        HeldRoutes held = new(context, old);
        IHeldClients?[] clients = await Task.WhenAll(context.Fences.Select(r => TryPrepareAsync(r, old, context.Cancel))).ConfigureAwait(false);
        for (int i = 0; i < clients.Length; i++)
            if (clients[i] is { } ready) held._quick.Add((context.Fences[i], ready));
        held._others = [.. context.Fences.Where(f => held._quick.All(q => q.Route != f))];
        return held;
    }

    /// <summary>New clients wait from here on, where they can, for the old side will turn them away before it is left. Who does not wait is told when it is over.</summary>
    public Task QueueAsync() => AllAsync(c => c.QueueAsync());

    /// <summary>Clients are held off the old side. Gives on which routes they are not, and why.</summary>
    /// <param name="planned">Whether the old side is well, so that clients may be given time.</param>
    public async Task<IReadOnlyList<(IRoute Route, string Trouble)>> HoldAsync(bool planned)
    {
        // The slow ones begin first, and end last.
        Task<string?[]> others = Task.WhenAll(_others.Select(r => TryAsync(() => r.FenceAsync(_old, planned))));
        string?[] quick = await AllAsync(c => c.HoldAsync(planned)).ConfigureAwait(false);
        IEnumerable<(IRoute, string?)> ends = _quick.Select((q, i) => (q.Route, quick[i])).Concat(_others.Zip(await others.ConfigureAwait(false), (r, t) => (r, t)));
        return [.. ends.Where(e => e.Item2 is not null).Select(e => (e.Item1, e.Item2!))];
    }

    /// <summary>Called when the promotion was sent; does not wait.</summary>
    public void Aim() => _aimed ??= Task.Run(() => Task.WhenAll(_quick.Select(q => TryAsync(q.Clients.AimAsync))));

    /// <summary>Clients are sent on, then that is made to last by the ordinary way, which also mends what went wrong here. Gives what is wrong at the end.</summary>
    /// <param name="sent">Called when they are on their way.</param>
    public async Task<IReadOnlyList<string>> SendOnAsync(Action sent)
    {
        Task<string?[]> others = Task.WhenAll(_context.Routes.Where(r => _quick.All(q => q.Route != r)).Select(r => TryAsync(() => r.SwitchAsync(_old.Other()))));
        if (_aimed is not null) await _aimed.ConfigureAwait(false);
        await AllAsync(c => c.SendOnAsync()).ConfigureAwait(false);
        sent();
        string?[] last = await Task.WhenAll(_quick.Select(q => TryAsync(() => q.Route.SwitchAsync(_old.Other())))).ConfigureAwait(false);
        return [.. last.Concat(await others.ConfigureAwait(false)).OfType<string>()];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((IRoute route, IHeldClients clients) in _quick)
        {
            clients.Dispose();
            foreach (string note in clients.Notes) _context.Tell($"Route {route.Name}: {note}");
        }
        _quick.Clear();
    }

    /// <summary>What went wrong, or <see langword="null"/>.</summary>
    public static async Task<string?> TryAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            // Whatever one route or machine throws, the others are told all the same.
            return e.Message;
        }
    }

    /// <summary>One is done where we are: another thread would have to be woken for it first.</summary>
    private async Task<string?[]> AllAsync(Func<IHeldClients, Task> work) => _quick.Count == 1
        ? [await TryAsync(() => work(_quick[0].Clients)).ConfigureAwait(false)]
        : await Task.WhenAll(_quick.Select(q => Task.Run(() => TryAsync(() => work(q.Clients))))).ConfigureAwait(false);

    private static async Task<IHeldClients?> TryPrepareAsync(IRoute route, Side old, CancellationToken ct)
    {
        if (route is not IHeldRoute quick) return null;
        try
        {
            return await quick.PrepareAsync(old, ct).ConfigureAwait(false);
        }
        catch (CrdrException)
        {
            return null;
        }
    }
}
