using System.Diagnostics;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Operations.Guards;
using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.Core.Routes;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>The unplanned move: clients are kept from the old side by whatever can be proven, and the standby is promoted with what it has.</summary>
internal sealed class PostgresFailover(PostgresSession session, CrdrPair pair, Side to, bool unfenced) : PostgresMove(session, pair, to)
{
    private static readonly TimeSpan s_stop = TimeSpan.FromSeconds(10), s_replay = TimeSpan.FromSeconds(60);

    public override string Id => To == Side.Primary ? "fail-over-to-primary" : "fail-over-to-recovery";

    public override string Effect => $"Keep clients from {Before.Name}, promote {New.Name} with what has arrived there, and send clients there";

    public override IReadOnlyList<Guard> Guards { get; } = [new StandbyReady(to), new WriterLost(to.Other()), new LossBound(), new OldSideKeptOut(to.Other())];

    public override IReadOnlyList<string> Manual => 
    [
        $"pg_ctl -D {Before.Settings.DataDirectory ?? "DATADIR"} stop -m immediate    # on {Before.Name}: it must be known not to run, or no client may reach it",
        New.Settings.Psql("SELECT pg_promote()"),
    ];

    public override async Task<string?> ActAsync(CrdrStatus now, TightContext context)
    {
        ulong system = ulong.Parse(now[To].Native.Get("systemIdentifier")!, System.Globalization.CultureInfo.InvariantCulture);
        await New.Link.LockAsync(system, context.Cancel).ConfigureAwait(false);
        await New.Link.MayPromoteAsync(context.Cancel).ConfigureAwait(false);
        if (now[Old].Reachable) await Before.Link.LockAsync(system, context.Cancel).ConfigureAwait(false);
        context.Cancel.ThrowIfCancellationRequested();
        Stopwatch held = Stopwatch.StartNew();
        Task<(IRoute Route, string? Trouble)[]> fences = Task.WhenAll(context.Fences.Select(async r => (r, await TryAsync(() => r.FenceAsync(Old, planned: false)).ConfigureAwait(false))));
        string? running = now[Old].Native.Get("stopped") == "true" || !Before.Node.CanAct ? null : await TryAsync(() => Before.Node.StopAsync(StopMode.Immediate, s_stop, CancellationToken.None)).ConfigureAwait(false);
        List<(IRoute Route, string Trouble)> open = [.. (await fences.ConfigureAwait(false)).Where(f => f.Trouble is not null).Select(f => (f.Route, f.Trouble!))];
        // A machine that says that the server is gone outweighs a route that does not answer.
        bool proven = now[Old].Native.Get("stopped") == "true" || (running is null && Before.Node.CanAct);
        if (!proven && !unfenced && (open.Count > 0 || context.Fences.Count == 0))
            throw await BackAsync(context, $"{string.Join(" ", open.Select(f => f.Trouble).Append(running).OfType<string>())} Give -AllowUnfenced to go on without.").ConfigureAwait(false);
        foreach ((IRoute route, string trouble) in open) context.Owe(route, Old, trouble);
        if (running is not null) context.Tell(running);
        // What has arrived is kept, so that it is replayed first; a promotion would do the same, and tell less.
        await UntilAsync(async () => await New.Link.AskAsync("SELECT pg_last_wal_receive_lsn() IS NULL OR pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()").ConfigureAwait(false) == "t", s_replay, CancellationToken.None).ConfigureAwait(false);
        string end = (await New.Link.ReplayedAsync(CancellationToken.None).ConfigureAwait(false)).ToString();
        return await PromoteAsync(context, held, $"{New.Name} had replayed {end}").ConfigureAwait(false);
    }

    private async Task<MoveTakenBackException> BackAsync(TightContext context, string why)
    {
        string[] stuck = [.. (await Task.WhenAll(context.Fences.Select(r => TryAsync(() => r.SwitchAsync(Old)))).ConfigureAwait(false)).OfType<string>()];
        return new("FenceFailed", why, stuck);
    }
}
