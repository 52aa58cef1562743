using System.Diagnostics;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Providers.PostgreSql.Nodes;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>One pair of servers, seen over connections that stay open.</summary>
internal sealed partial class PostgresSession : IPairSession, IOutageWitness, IDisposable
{
    /// <summary>Between two looks at whether a server that was given up still gets transactions.</summary>
    private static readonly TimeSpan s_twice = TimeSpan.FromMilliseconds(250);

    /// <summary>The processes of a server that dies end within some ten milliseconds, on a busy machine a few more: until then what is seen of it is no answer.</summary>
    internal static readonly TimeSpan Dying = TimeSpan.FromMilliseconds(300);

    /// <summary>What was seen that long before the other side was is looked at again.</summary>
    private static readonly TimeSpan s_old = TimeSpan.FromSeconds(1);

    private readonly CrdrPair _pair;
    private readonly TimeProvider _time;
    private readonly Action<string>? _notice, _trace;

    public PostgresSession(CrdrPair pair, ProviderContext context)
    {
        _pair = pair;
        _time = context.Time;
        _notice = context.Notice;
        _trace = context.Trace;
        Primary = new(pair, Side.Primary, Password(Side.Primary));
        Recovery = new(pair, Side.Recovery, Password(Side.Recovery));

        string? Password(Side side) => context.Secrets.GetValueOrDefault(PostgresProvider.PasswordSetting(side)) ?? (context.Secret.Length > 0 ? context.Secret : null);
    }

    public PostgresMember Primary { get; }

    public PostgresMember Recovery { get; }

    public PostgresMember this[Side side] => side == Side.Primary ? Primary : Recovery;

    /// <summary>These are servers, wherever they run: what is measured of them is so.</summary>
    public bool Simulated => false;

    public PairWords Words => new()
    {
        Start = side => $"start it on its machine ({this[side].Settings.Connection.Host}), by its service or with {this[side].Settings.Program("pg_ctl")} -D {this[side].Settings.Data} start, once {this[side].Settings.Data}/standby.signal is seen there",
        TakeOver = "its writes move and nothing is lost: the last record is compared before the promotion",
        Split = "then decide which side to keep: the other server is stopped at its own machine, what only it holds is kept aside and listed, and it is made a standby",
        RepairsSplit = true,
    };

    public CrdrLoss PlannedLoss(CrdrRequest request) => new() { Kind = LossKind.Measured, Bound = TimeSpan.Zero, Statement = HandsOver ? "Nothing: the new primary had replayed all that clients wrote on the old one, which had no session left, before it was promoted."
        : "Nothing: the new primary had replayed the old one's last record before it was promoted." };

    public async Task<CrdrStatus> ObserveAsync(bool whole, CancellationToken ct)
    {
        long began = _time.GetTimestamp();
        _trace?.Invoke("  Routes seen.");
        Task<MemberSight> left = Primary.LookAsync(ct), right = Recovery.LookAsync(ct);
        MemberSight p = await left.ConfigureAwait(false);
        _trace?.Invoke($"  {Primary.Name} seen: {p.Trouble?.Message ?? "well"}");
        MemberSight r = await right.ConfigureAwait(false);
        _trace?.Invoke($"  {Recovery.Name} seen: {r.Trouble?.Message ?? "well"}");
        if (_time.GetElapsedTime(began) > s_old)
        {
            // One has kept the other waiting: what that one said meanwhile is old (safety rule S1).
            if (p.Facts is not null) p = await Primary.LookAsync(ct).ConfigureAwait(false);
            if (r.Facts is not null) r = await Recovery.LookAsync(ct).ConfigureAwait(false);
        }
        if (p.Down && r.Hears) r = await OverAsync(Recovery, r, ct).ConfigureAwait(false);
        if (r.Down && p.Hears) p = await OverAsync(Primary, p, ct).ConfigureAwait(false);
        if (whole) (p, r) = (await UnloggedAsync(Primary, p, ct).ConfigureAwait(false), await UnloggedAsync(Recovery, r, ct).ConfigureAwait(false));
        if (p.Writable && r.Writable && p.Facts!.Timeline != r.Facts!.Timeline) (p, r) = await WritingAsync(p, r, ct).ConfigureAwait(false);
        if (p.Writable && r.Standby) r = await AskingInVainAsync(Primary, p, Recovery, r, ct).ConfigureAwait(false);
        else if (r.Writable && p.Standby) p = await AskingInVainAsync(Recovery, r, Primary, p, ct).ConfigureAwait(false);
        // Of one that is down and one whose machine says that it runs, though it does not answer yet, enough is seen.
        bool halfSeen = (p.Down && r.Node is { Running: true }) || (r.Down && p.Node is { Running: true });
        if (p is { Facts: null, Stopped: false } && r is { Facts: null, Stopped: false } && !halfSeen) throw (CrdrException?)(p.Trouble as VendorException ?? r.Trouble as VendorException) ?? p.Trouble!;
        return PostgresView.Of(_pair, Primary.Settings, Recovery.Settings, p, r, _time.GetUtcNow());
    }

    public IReadOnlyList<Step> Plan(CrdrRequest request, CrdrStatus start) => request.Verb switch
    {
        _ when request.FailoverAt is not null => throw new CrdrException(CrdrErrorKind.InvalidInput, "FailoverAtNotOffered", "A standby is promoted with all that has arrived there.", "Leave -FailoverAt out."),
        _ when request.Stream is not null => throw new CrdrException(CrdrErrorKind.InvalidInput, "StreamNotOffered", "These servers have no replication streams to name.", "Leave the stream out."),
        CrdrVerb.Failover => [new PostgresFailover(this, _pair, Operations.Plan.Target(request), request.AllowUnfenced), new SeenWriting(this, _pair, Operations.Plan.Target(request))],
        CrdrVerb.Switchover when request.To is not { } => throw new CrdrException(CrdrErrorKind.InvalidInput, "TargetMissing", "A switchover names its target: -To Recovery, or -To Primary."),
        CrdrVerb.Switchover => Over(request.To!.Value),
        CrdrVerb.Restore when request is { TakeOver: true, TakeOverWindow: { } window } => [.. Follow(Side.Primary), new AwaitWindow(window), .. Over(Side.Primary)],
        CrdrVerb.Restore when request.TakeOver => [.. Follow(Side.Primary), .. Over(Side.Primary)],
        CrdrVerb.Restore => Follow(Side.Primary),
        CrdrVerb.Setup => Follow(Side.Recovery),
        CrdrVerb.Repair => Repair(Operations.Plan.Target(request), start),
        _ => throw new CrdrException(CrdrErrorKind.InvalidInput, "VerbNotOffered", $"PostgreSql has no {request.Verb}: its replication belongs to the servers."),
    };

    private IReadOnlyList<Step> Over(Side to) => HandsOver ? [new HandoverCutover(this, _pair, to), .. Follow(to.Other(), handedOver: true, afterMove: true)] : [new CleanCutover(this, _pair, to), .. Follow(to.Other(), afterMove: true)];

    private IReadOnlyList<Step> Follow(Side side, bool handedOver = false, bool afterMove = false) => [new Rejoin(this, _pair, side, handedOver, afterMove), new ReadMarker(this, _pair, side)];

    private IReadOnlyList<Step> Repair(Side keep, CrdrStatus start)
    {
        CrdrMemberStatus loser = start[keep.Other()];
        if (loser.NativeState != EndLoser.Writes && loser.Role != MemberRole.Passive)
        {
            throw new CrdrException(CrdrErrorKind.InvalidState, "NoSplit", $"{loser.Name} is not seen taking writes ({loser.NativeState ?? "not seen"}): there are no two writers of which one could be kept. Nothing was changed.",
                keep == Side.Primary ? $"To make it a copy: New-CrdrRecovery {_pair.Name} (crdr setup {_pair.Name})" : $"To make it a copy: Restore-CrdrPrimary {_pair.Name} (crdr restore {_pair.Name})");
        }
        return [new EndLoser(this, _pair, keep), new CopyLoser(this, _pair, keep.Other()), new ReadMarker(this, _pair, keep.Other())];
    }

    private bool HandsOver => _pair.Settings.Get("cutover") == "handover";

    /// <summary>Something that somebody should know.</summary>
    public void Tell(string text) => _notice?.Invoke(text);

    /// <summary>What a program prints while it works.</summary>
    public void Trace(string text) => _trace?.Invoke(text);

    public string? VendorCommand(CrdrRequest request) => request.Verb == CrdrVerb.Failover
        ? $"{this[Operations.Plan.Target(request)].Settings.Psql("SELECT pg_promote()")}   # once {this[Operations.Plan.Target(request).Other()].Name} is known not to run"
        : null;

    public void Dispose()
    {
        Primary.Dispose();
        Recovery.Dispose();
    }

    /// <summary>
    /// A server that is down may have died this very moment, and what sent its log ends a few milliseconds later: the standby is looked at again until it says so, or
    /// goes on receiving from one that lives.
    /// </summary>
    private async Task<MemberSight> OverAsync(PostgresMember standby, MemberSight seen, CancellationToken ct)
    {
        for (long since = _time.GetTimestamp(); seen.Hears && _time.GetElapsedTime(since) < Dying; seen = await standby.LookAsync(ct).ConfigureAwait(false))
            await Task.Delay(2, ct).ConfigureAwait(false);
        return seen;
    }

    /// <summary>Tables are seen in one database only; their files in all of them. Where that is not allowed, what was seen stands.</summary>
    private static async Task<MemberSight> UnloggedAsync(PostgresMember member, MemberSight seen, CancellationToken ct)
    {
        if (seen.Facts is not { InRecovery: false, Superuser: true, UnloggedTables: 0 } facts) return seen;
        try
        {
            string? files = await member.Link.AskAsync(PostgresFacts.Unlogged, ct: ct).ConfigureAwait(false);
            return seen with { Facts = facts with { UnloggedTables = int.Parse(files!, System.Globalization.CultureInfo.InvariantCulture) } };
        }
        catch (CrdrException)
        {
            return seen;
        }
    }

    /// <summary>
    /// A standby that asks for what its writer has removed says so in its own log only, and between two attempts for a moment that it streams. One that still replays what it has moves on
    /// between two looks; one whose replay somebody holds, or that an archive serves, is not told of. Where the writer does not let its log be listed, what was seen stands.
    /// </summary>
    private static async Task<MemberSight> AskingInVainAsync(PostgresMember writer, MemberSight here, PostgresMember standby, MemberSight seen, CancellationToken ct)
    {
        if (Wants(seen) is not { } place) return seen;
        try
        {
            if (await writer.Link.OldestLogAsync(ct).ConfigureAwait(false) is not { } oldest || string.CompareOrdinal(place, oldest) >= 0) return seen;
        }
        catch (CrdrException)
        {
            return seen;
        }
        await Task.Delay(s_twice, ct).ConfigureAwait(false);
        MemberSight again = await standby.LookAsync(ct).ConfigureAwait(false);
        return Wants(again) == place && again.Facts!.Replayed == seen.Facts!.Replayed ? again with { LogGone = place } : again;

        // The piece that it asks for, where that is not one of those that the writer has just written.
        string? Wants(MemberSight at) => at.Facts is { ReplayPaused: false } facts && string.IsNullOrEmpty(facts.Settings.GetValueOrDefault("restore_command")) && facts.Settings.GetValueOrDefault("recovery_min_apply_delay") is null or "0"
            && uint.TryParse(facts.Settings.GetValueOrDefault("wal_segment_size"), out uint size) && (facts.Replayed > facts.End ? facts.Replayed.Value : facts.End) is var end && (ulong)end + size < (ulong)here.Facts!.End
            ? PostgresSql.LogPiece(end, size) : null;
    }

    /// <summary>Evidence of writes, not of roles: whether transactions go on at the one that was left behind.</summary>
    private async Task<(MemberSight P, MemberSight R)> WritingAsync(MemberSight p, MemberSight r, CancellationToken ct)
    {
        await Task.Delay(s_twice, ct).ConfigureAwait(false);
        MemberSight again = await (p.Timeline < r.Timeline ? Primary : Recovery).LookAsync(ct).ConfigureAwait(false);
        MemberSight before = p.Timeline < r.Timeline ? p : r;
        MemberSight seen = again.Facts is { } now ? again with { Writing = now.NextTransaction > before.Facts!.NextTransaction } : again;
        return p.Timeline < r.Timeline ? (seen, r) : (p, seen);
    }
}

/// <summary>One server: what it is described by, its open connection, and its machine.</summary>
internal sealed class PostgresMember(CrdrPair pair, Side side, string? password) : IDisposable
{
    public MemberSettings Settings { get; } = MemberSettings.Read(pair, side);

    public string Name => Settings.Name;

    public string? Password => password;

    private PostgresLink? _link;
    private INode? _node;

    public PostgresLink Link => _link ??= new(Settings, password);

    /// <summary>How long a machine may take to tell how its server stands.</summary>
    private static readonly TimeSpan s_machine = TimeSpan.FromSeconds(5);

    public INode Node => _node ??= Settings.OpenNode(pair);

    public async Task<MemberSight> LookAsync(CancellationToken ct)
    {
        bool kept = Link.IsOpen;
        try
        {
            return await AskAsync(ct).ConfigureAwait(false);
        }
        catch (CrdrException e) when (kept && e is { Kind: CrdrErrorKind.Connection or CrdrErrorKind.Unavailable })
        {
            // A connection that was open and is lost tells of that connection; only a new one tells of the server.
            return await LookAsync(ct).ConfigureAwait(false);
        }
        catch (CrdrException e)
        {
            NodeState? machine = await MachineAsync(ct).ConfigureAwait(false);
            // One that dies this very moment has let go of its connections, and not yet of its process.
            for (Stopwatch waited = Stopwatch.StartNew(); e.Kind == CrdrErrorKind.Connection && machine is { Running: true } && waited.Elapsed < PostgresSession.Dying; machine = await MachineAsync(ct).ConfigureAwait(false))
                await Task.Delay(2, ct).ConfigureAwait(false);
            return new(null, e, machine);
        }
    }

    private async Task<MemberSight> AskAsync(CancellationToken ct) => new(PostgresFacts.Read((await Link.AskAsync(PostgresFacts.Statement, ct: ct, again: true).ConfigureAwait(false))!) with { LogRoom = Settings.LogRoom() }, null, null);

    private async Task<NodeState?> MachineAsync(CancellationToken ct)
    {
        if (!Node.CanAct) return null;
        // A machine that is gone with its region keeps whoever asks it waiting for minutes: what it does not tell soon is not known.
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(s_machine);
        try
        {
            return await Node.LookAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is CrdrException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return null;
        }
    }

    public void Dispose() => _link?.Dispose();
}
