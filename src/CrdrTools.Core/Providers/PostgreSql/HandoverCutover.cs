using System.Diagnostics;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Providers.PostgreSql.Nodes;
using Npgsql;
using NpgsqlTypes;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>
/// The planned move that waits for no shutdown checkpoint: the old primary's doors are closed, its sessions ended and seen to be none, the end of its log taken
/// and seen replayed on the standby, which is promoted; the old primary is ended at once then, and only after that clients are sent on. Its log may go on past
/// that end (a checkpoint, a vacuum), never with what a client wrote; so it is compared before it is started again. Where anything but clients may write data
/// the clean way is gone instead (safety rule S18).
/// </summary>
internal sealed class HandoverCutover(PostgresSession session, CrdrPair pair, Side to) : CleanCutover(session, pair, to)
{
    private static readonly TimeSpan s_doors = TimeSpan.FromSeconds(5), s_sessions = TimeSpan.FromSeconds(5);

    public override string Effect =>
        $"Hold clients off, close the doors of {Before.Name} and see nobody in it, see the end of its log replayed on {New.Name}, promote {New.Name}, end {Before.Name} and send clients there; stopped cleanly instead where others than clients write";

    public override async Task<string?> ActAsync(CrdrStatus now, TightContext context)
    {
        if (now[Old].Native.Get("stopped") == "true") return await base.ActAsync(now, context).ConfigureAwait(false);
        if (await WhyNotAsync(context.Cancel).ConfigureAwait(false) is { } why) return await CleanlyAsync(why, now, context).ConfigureAwait(false);
        using HeldRoutes held = await HeldRoutes.PrepareAsync(context, Old).ConfigureAwait(false);
        await FirstAsync(() => PrepareAsync(now, stopped: false, context)).ConfigureAwait(false);
        await held.QueueAsync().ConfigureAwait(false);
        if (await TryAsync(() => CloseDoorsAsync(context.Cancel)).ConfigureAwait(false) is { } open)
        {
            held.Dispose();
            New.Link.Release();
            if (await OpenDoorsAsync().ConfigureAwait(false) is { } stuck) throw new MoveTakenBackException("DoorsNotClosed", open, [stuck]);
            return await CleanlyAsync(open.TrimEnd('.'), now, context).ConfigureAwait(false);
        }
        Stopwatch since = Stopwatch.StartNew();
        string arrived;
        try
        {
            await HoldAsync(held, context.Cancel).ConfigureAwait(false);
            TimeSpan fenced = since.Elapsed;
            if (!Until(() => Before.Link.EndSessions() == 0, s_sessions, context.Cancel))
                throw new CrdrException(CrdrErrorKind.Timeout, "SessionsLeft", $"{Before.Name} still has sessions {s_sessions.TotalSeconds:0} s after they were ended.");
            NpgsqlLogSequenceNumber end = Before.Link.FlushToEnd();
            TimeSpan drained = since.Elapsed;
            NpgsqlLogSequenceNumber replayed = default;
            if (!Until(() => (replayed = New.Link.Replayed()) >= end, s_replay, context.Cancel))
                throw new CrdrException(CrdrErrorKind.Timeout, "LastRecordNotReplayed", $"{New.Name} has replayed up to {replayed}, and the log of {Before.Name} ended at {end}.");
            context.Cancel.ThrowIfCancellationRequested();
            // Counted after the end was taken: whoever came in before that had to be seen here, and whoever comes after finds the doors closed (safety rule S18).
            if (Before.Link.Inside() is var inside and > 0) throw new CrdrException(CrdrErrorKind.InvalidState, "SessionsLeft", $"{Before.Name} has {inside} sessions, workers or prepared transactions that were not there before.");
            arrived = $"clients held off after {fenced.TotalMilliseconds:0.0} ms, {Before.Name} empty at {end} after {drained.TotalMilliseconds:0.0} ms, replayed after {since.Elapsed.TotalMilliseconds:0.0} ms";
        }
        catch (Exception e)
        {
            throw await BackAsync(context, e, () => ReviveAsync(asked: false)).ConfigureAwait(false);
        }
        // With its doors closed and nobody inside it takes no write meanwhile; gone, it never will.
        return await PromoteAsync(context, held, since, arrived, () => Before.Node.StopAsync(StopMode.Immediate, s_stop, CancellationToken.None)).ConfigureAwait(false);
    }

    public override Task<MoveTakenBackException?> TakeBackAsync(CrdrStatus now, TightContext context) => BackFromCutAsync(now, context, ReviveAsync);

    /// <summary>One that has ended meanwhile, or is started again, finds its doors open; one that runs is told.</summary>
    private async Task ReviveAsync(bool asked)
    {
        await OpenedAsync().ConfigureAwait(false);
        await WriteAgainAsync(asked).ConfigureAwait(false);
        if (await OpenDoorsAsync().ConfigureAwait(false) is { } shut) throw new CrdrException(CrdrErrorKind.InvalidState, "DoorsClosed", shut);
    }

    /// <summary>A node that has no way to close them has none to open.</summary>
    private async Task OpenedAsync()
    {
        try
        {
            await Before.Node.OpenDoorsAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (CrdrException e) when (e.ErrorId is "NodeNeedsHands" or "NodeCommandMissing")
        {
        }
    }

    private async Task<string?> CleanlyAsync(string why, CrdrStatus now, TightContext context)
    {
        context.Tell($"{why}: {Before.Name} is stopped cleanly instead of handed over.");
        return await base.ActAsync(now, context).ConfigureAwait(false);
    }

    /// <summary>What else than clients may write data, as far as can be seen.</summary>
    private async Task<string?> WhyNotAsync(CancellationToken ct)
    {
        try
        {
            PostgresFacts facts = PostgresFacts.Read((await Before.Link.AskAsync(PostgresFacts.Statement, ct: ct).ConfigureAwait(false))!);
            if (facts.OtherWriters.Count > 0) return $"On {Before.Name} others than clients may write ({string.Join(", ", facts.OtherWriters)})";
            if (facts.PreparedTransactions > 0) return $"{Before.Name} has {facts.PreparedTransactions} prepared transactions";
            // The worker of one that has just failed is not there now, and comes again.
            return await Before.Link.AskAsync("SELECT count(*)::text FROM pg_subscription WHERE subenabled", ct: ct).ConfigureAwait(false) is { } count and not "0" ? $"{Before.Name} has {count} subscriptions" : null;
        }
        catch (VendorException e) when (e.Kind == CrdrErrorKind.PermissionDenied)
        {
            return e.Message.TrimEnd('.');
        }
    }

    /// <summary>Nobody but the operator and the standby gets in any more, and that is seen.</summary>
    private async Task CloseDoorsAsync(CancellationToken ct)
    {
        if (!await ReloadedAsync(() => Before.Node.CloseDoorsAsync(Before.Settings.Connection.Username ?? "postgres", Before.Settings.Replicator, ct), ClosedAsync, ct).ConfigureAwait(false))
            throw new CrdrException(CrdrErrorKind.Timeout, "DoorsNotClosed", $"The doors of {Before.Name} were not seen to close within {s_doors.TotalSeconds:0} s.");

        async Task<bool> ClosedAsync() => await Before.Link.AskAsync("SELECT count(*)::text FROM pg_hba_file_rules WHERE error IS NOT NULL", ct: ct).ConfigureAwait(false) == "0" && await RejectsAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Changes the doors and returns when the server goes by them and they are seen to be so; false: they are not in time.</summary>
    private async Task<bool> ReloadedAsync(Func<Task> change, Func<Task<bool>> so, CancellationToken ct)
    {
        string loaded = (await Before.Link.AskAsync("SELECT pg_conf_load_time()::text", ct: ct).ConfigureAwait(false))!;
        await change().ConfigureAwait(false);
        await Before.Link.AskAsync("SELECT pg_reload_conf()", ct: ct).ConfigureAwait(false);
        // A session hears of a reload while the server's own part of it is under way, and the server takes nobody in before that is done.
        return await UntilAsync(async () => await Before.Link.AskAsync("SELECT pg_conf_load_time()::text", ct: ct).ConfigureAwait(false) != loaded && await so().ConfigureAwait(false), s_doors, ct).ConfigureAwait(false);
    }

    /// <summary>Whether somebody else than we is turned away before being asked who it is.</summary>
    private async Task<bool> RejectsAsync(CancellationToken ct)
    {
        NpgsqlConnectionStringBuilder stranger = new(Before.Settings.Connection.ConnectionString) { Username = "crdrtools_stranger", Password = "none", Pooling = false };
        NpgsqlConnection connection = new(stranger.ConnectionString);
        await using (connection.ConfigureAwait(false))
        {
            try
            {
                await connection.OpenAsync(ct).ConfigureAwait(false);
                return false;
            }
            catch (PostgresException e)
            {
                // Of the refusals with this code it is the one that comes before the role is looked for.
                return e is { SqlState: PostgresErrorCodes.InvalidAuthorizationSpecification, Routine: "ClientAuthentication" };
            }
            catch (NpgsqlException)
            {
                return false;
            }
        }
    }

    /// <summary>Gives what went wrong.</summary>
    private async Task<string?> OpenDoorsAsync()
    {
        string? trouble = await TryAsync(async () =>
        {
            if (!await ReloadedAsync(OpenedAsync, OpenAsync, CancellationToken.None).ConfigureAwait(false))
                throw new CrdrException(CrdrErrorKind.Timeout, "DoorsNotOpen", $"they were not seen to open within {s_doors.TotalSeconds:0} s.");
        }).ConfigureAwait(false);
        return trouble is null ? null : $"The doors of {Before.Name} may still be closed (pg_hba.conf): {trouble}";
    }

    /// <summary>Whether nobody is turned away whom a later entry would let in. Where entries may not be looked at, its machine's word stands.</summary>
    private async Task<bool> OpenAsync()
    {
        try
        {
            return await Before.Link.AskAsync(Closed).ConfigureAwait(false) == "f";
        }
        catch (VendorException e) when (e.Kind == CrdrErrorKind.PermissionDenied)
        {
            return true;
        }
    }

    private const string Closed = """
        SELECT EXISTS (SELECT FROM pg_hba_file_rules r JOIN pg_hba_file_rules l ON l.line_number > r.line_number AND l.database <> '{replication}'
        WHERE r.type = 'host' AND r.database = '{all}' AND r.user_name = '{all}' AND r.address = 'all' AND r.auth_method = 'reject')
        """;
}
