using System.Diagnostics;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Operations.Guards;
using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.Core.Routes;
using NpgsqlTypes;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>The unplanned move: clients are kept from the old side by whatever can be proven, and the standby is promoted with what it has.</summary>
internal sealed class PostgresFailover(PostgresSession session, CrdrPair pair, Side to, bool unfenced) : PostgresMove(session, pair, to)
{
    private static readonly TimeSpan s_stop = TimeSpan.FromSeconds(10), s_replay = TimeSpan.FromSeconds(60), s_held = TimeSpan.FromSeconds(1);

    public override string Id => To == Side.Primary ? "fail-over-to-primary" : "fail-over-to-recovery";

    public override string Effect => $"Keep clients from {Before.Name}, promote {New.Name} with what has arrived there, and send clients there";

    public override IReadOnlyList<Guard> Guards { get; } = [new NodesAreMembers(), new StandbyReady(to), new WriterLost(to.Other()), new LossBound(), new OldSideKeptOut(to.Other())];

    public override IReadOnlyList<string> Manual => 
    [
        $"{Before.Settings.Program("pg_ctl")} -D {Before.Settings.Data} stop -m immediate    # on {Before.Name}: it must be known not to run, or no client may reach it",
        New.Settings.Psql("SELECT pg_promote()"),
    ];

    public override async Task<string?> ActAsync(CrdrStatus now, TightContext context)
    {
        ulong system = ulong.Parse(now[To].Native.Get("systemIdentifier")!, System.Globalization.CultureInfo.InvariantCulture);
        // Routes are looked at meanwhile; that changes nothing.
        Task<HeldRoutes> preparing = HeldRoutes.PrepareAsync(context, Old);
        await FirstAsync(async () =>
        {
            try
            {
                // Where all is as it should be, one question does: locked, allowed, told. Else each by itself, which says what is wrong.
                if (New.Link.SeizeToPromote(system)) New.Link.Hold();
                else
                {
                    await LockNewAsync(system, context.Cancel).ConfigureAwait(false);
                    await New.Link.WriteAtOnceAsync(context.Cancel).ConfigureAwait(false);
                }
                if (now[Old].Reachable) await Before.Link.LockAsync(system, context.Cancel).ConfigureAwait(false);
                context.Cancel.ThrowIfCancellationRequested();
            }
            catch
            {
                (await preparing.ConfigureAwait(false)).Dispose();
                throw;
            }
        }).ConfigureAwait(false);
        Session.Trace("Locked.");
        using HeldRoutes routes = await preparing.ConfigureAwait(false);
        Session.Trace("Routes prepared.");
        Stopwatch held = Stopwatch.StartNew();
        bool gone = now[Old].Native.Get("stopped") == "true", asked = false;
        string before;
        try
        {
            // Where its machine says that it is gone, routes need only lead clients on: what makes that last is done when they are. Else each is a fence, proven and lasting.
            Task<IReadOnlyList<(IRoute Route, string Trouble)>> fences = gone ? routes.HoldAsync(planned: false) : FenceAsync(context);
            bool local = Before.Settings.Node == "local";
            asked = Before.Node.CanAct && (!gone || local);
            string? running = asked ? await TryAsync(() => Before.Node.StopAsync(StopMode.Immediate, s_stop, CancellationToken.None)).ConfigureAwait(false) : null;
            IReadOnlyList<(IRoute Route, string Trouble)> open = await fences.ConfigureAwait(false);
            // What was dead may have been started again meanwhile, by a person or a service manager: told once more, right before the promotion (safety rule S1).
            if (local && running is null) running = await TryAsync(() => Before.Node.StopAsync(StopMode.Immediate, s_stop, CancellationToken.None)).ConfigureAwait(false);
            Session.Trace("Clients held off.");
            // A machine that says that the server is gone outweighs a route that does not answer.
            bool proven = running is null && (gone || Before.Node.CanAct);
            if (!proven && !unfenced && (open.Count > 0 || context.Fences.Count == 0))
                throw new CrdrException(CrdrErrorKind.Refused, "FenceFailed", $"{string.Join(" ", open.Select(f => f.Trouble).Append(running).OfType<string>())} Give -AllowUnfenced to go on without.");
            foreach ((IRoute route, string trouble) in open) context.Owe(route, Old, trouble);
            if (running is not null) context.Tell(running);
            // What has arrived is kept, so that it is replayed first; a promotion would do the same, and tell less. One that replays late on purpose is not waited for.
            if (now.Findings.All(f => f.Id != "ApplyDelayed")) await ReplayAsync(context).ConfigureAwait(false);
            Session.Trace("Replayed.");
            before = $"{New.Name} had replayed {New.Link.Replayed()}";
        }
        catch (Exception e)
        {
            // No promotion was sent: what this has stopped writes again; what was dead before stays so (safety rule S6).
            throw await BackAsync(context, e, () => now[Old].Reachable || (asked && !gone) ? WriteAgainAsync(asked) : Task.CompletedTask).ConfigureAwait(false);
        }
        string said = await PromoteAsync(context, routes, held, before).ConfigureAwait(false);
        Session.Trace("Promoted.");
        return said;
    }

    private async Task<IReadOnlyList<(IRoute Route, string Trouble)>> FenceAsync(TightContext context)
    {
        (IRoute Route, string? Trouble)[] ends = await Task.WhenAll(context.Fences.Select(async r => (r, await TryAsync(() => r.FenceAsync(Old, planned: false)).ConfigureAwait(false)))).ConfigureAwait(false);
        return [.. ends.Where(e => e.Trouble is not null).Select(e => (e.Route, e.Trouble!))];
    }

    /// <summary>
    /// Waits until all that has arrived is replayed. A reader that holds up the replay would hold up the promotion as well, for ever where
    /// <c>max_standby_streaming_delay</c> says so: readers are ended then, for they can come again and the writers cannot.
    /// </summary>
    private async Task ReplayAsync(TightContext context)
    {
        if (Until(AllReplayed, s_held, CancellationToken.None)) return;
        NpgsqlLogSequenceNumber at = await New.Link.ReplayedAsync(CancellationToken.None).ConfigureAwait(false);
        if (!await UntilAsync(async () => await New.Link.ReplayedAsync(CancellationToken.None).ConfigureAwait(false) > at, s_held, CancellationToken.None).ConfigureAwait(false))
            context.Tell(await TryAsync(() => New.Link.EndReadersAsync(CancellationToken.None)).ConfigureAwait(false) ?? $"{New.Name} replayed nothing more for {s_held.TotalSeconds:0} s: its readers, who can hold it up, were ended.");
        Until(AllReplayed, s_replay, CancellationToken.None);
    }

    private bool AllReplayed() => New.Link.Ask("SELECT pg_last_wal_receive_lsn() IS NULL OR pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()") == "t";
}

/// <summary>S2: a success is a write that was seen, not a role. After a planned move the marker is that.</summary>
internal sealed class SeenWriting(PostgresSession session, CrdrPair pair, Side side) : Proof
{
    public override string Id => side == Side.Primary ? "write-on-primary" : "write-on-recovery";
    public override string Effect => $"See {pair[side].Name} take a write";

    public override Verdict Judge(CrdrStatus now, bool asked = false) =>
        asked ? new(StepState.Done, $"{now[side].Name} took a write") : new(StepState.NotBegun, $"{now[side].Name}: {now[side].NativeState}");

    public override async Task<string?> ActAsync(CrdrStatus now)
    {
        await session[side].Link.ProbeWriteAsync(Id, CancellationToken.None).ConfigureAwait(false);
        return "written, and on disk";
    }
}
