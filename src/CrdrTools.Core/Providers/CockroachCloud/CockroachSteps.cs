using CrdrTools.Core.Http;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Operations.Guards;
using CrdrTools.Core.Sql;

namespace CrdrTools.Core.Providers.CockroachCloud;

/// <summary>What the steps of one pair work with.</summary>
/// <param name="Api">The vendor.</param>
/// <param name="Pair">The pair.</param>
/// <param name="Request">What was asked for.</param>
/// <param name="Clock">The clock of the cluster that takes the writes.</param>
/// <param name="LagLimit">How far behind counts as caught up.</param>
/// <param name="Sql">A side's own SQL endpoint, where the pair names one.</param>
internal sealed record CockroachWork(ICockroachApi Api, CrdrPair Pair, CrdrRequest Request, IClusterClock Clock, TimeSpan LagLimit, Func<Side, IClusterSql?> Sql)
{
    /// <summary>One request by hand. TOKEN and what was not known when it was written are to be filled in.</summary>
    public string Curl(string method, string path, string json) =>
        $"curl --request {method} --url {CockroachApi.Endpoint(Pair)}/api/v1/{path} --header 'Authorization: Bearer TOKEN' --header 'Cc-Version: 2024-09-16' "
        + $"--header 'content-type: application/json' --data '{json}'";

    /// <summary>A cluster's id, as far as it is pinned.</summary>
    public string Id(Side side) => Pair[side].Identity ?? (Guid.TryParse(Pair[side].Name, out _) ? Pair[side].Name : $"ID-OF-{Pair[side].Name}");
}

/// <summary>A new stream: the vendor deletes all data of the standby, copies the other cluster to it and lets it follow.</summary>
internal sealed class CreateStream(CockroachWork work, Side standby) : Step
{
    private readonly CrdrPair _pair = work.Pair;
    private readonly Side _source = standby.Other();

    public override string Id => $"stream-to-{standby.ToString().ToLowerInvariant()}";
    public override string Effect => $"POST a replication stream {_pair[_source].Name} -> {_pair[standby].Name}: ERASES {_pair[standby].Name} and copies everything to it; {_pair[_source].Name} stays active";
    public override bool PointOfNoReturn => true;
    public override TimeSpan Limit => TimeSpan.FromHours(24);
    public override IReadOnlyList<Side> Touches { get; } = [standby];
    public override bool Honours(CrdrObligation obligation) => MemberFence.SideOf(obligation) == standby;

    public override IReadOnlyList<Guard> Guards { get; } =
    [
        new StandbyMayBeErased(standby), new NotTheOnlyCopy(standby.Other()), new SourceHealthy(standby.Other()), new ClustersFit(), new NoWritesAfterCutover(standby),
    ];

    public override IReadOnlyList<string> Manual =>
    [
        $"ccloud replication create --primary-cluster {work.Id(_source)} --standby-cluster {work.Id(standby)}",
        work.Curl("POST", "physical-replication-streams", $"{{\"primary_cluster_id\": \"{work.Id(_source)}\", \"standby_cluster_id\": \"{work.Id(standby)}\"}}"),
    ];

    public override Verdict Judge(CrdrStatus now, bool asked = false)
    {
        CrdrStream? live = now.Streams.FirstOrDefault(s => s.Live);
        if (live is { } other && other.To != standby) return new(StepState.Unclear, $"stream {other.Id} leads the other way: {other.State}");
        return live switch
        {
            { Ready: true, Lag: { } lag } when lag <= work.LagLimit => new(StepState.Done, $"{_pair[standby].Name} follows by stream {live.Id}, {live.State}"),
            { Status: "FAILING_OVER" } => new(StepState.Done, $"{_pair[standby].Name} takes over by stream {live.Id}"),
            { Ready: true } => new(StepState.Underway, $"stream {live.Id} catches up: {live.State}, the limit is {work.LagLimit.TotalSeconds:0} s"),
            { } => new(StepState.Underway, $"stream {live.Id}: {live.State}"),
            // A restore has nothing to do then. Who wants protection does not have it yet.
            null when now.ActiveMember == standby && work.Request.Verb == CrdrVerb.Restore => new(StepState.Done, $"{_pair[standby].Name} is active"),
            null => new(StepState.NotBegun, $"no stream leads to {_pair[standby].Name}"),
        };
    }

    public override async Task<string?> ActAsync(CrdrStatus now)
    {
        string source = Known(now, _source), target = Known(now, standby);
        VendorReply<CockroachStream> reply = await work.Api.CreateStreamAsync(source, target).ConfigureAwait(false);
        return reply.Body is { Id: { } id } created && created.StandbyClusterId == target
            ? $"stream {id} {created.Status}"
            : throw new VendorException(CrdrErrorKind.BadReply, "VendorReplyUnreadable", "CockroachDB Cloud answered the new stream without it.", VendorVerdict.Unknown);
    }

    private static string Known(CrdrStatus now, Side side) => now[side].Native.Get("id")
        ?? throw new VendorException(CrdrErrorKind.NotFound, "ClusterIdUnknown", $"The id of {now[side].Name} is not known.", VendorVerdict.NotDone);
}

/// <summary>Behind the fence: everything up to a time after it has arrived on the other side.</summary>
internal sealed class Drain(CockroachWork work, Side to, IReadOnlyList<Guard> guards) : Step
{
    private ClusterTime? _fencedAt;

    public override string Id => $"drain-to-{to.ToString().ToLowerInvariant()}";
    public override string Effect => $"Read the time of {work.Pair[to.Other()].Name}, and wait until {work.Pair[to].Name} has everything up to it";
    public override string NeededBy => "S9: it is the proof that everything has arrived behind the fence";
    public override bool BehindFence => true;
    public override bool Repeatable => true;
    public override bool Changes => false;
    public override bool Perishable => true;
    public override bool Anchor => false;
    public override TimeSpan Limit => TimeSpan.FromMinutes(5);
    public override IReadOnlyList<Guard> Guards => guards;
    public override IReadOnlyList<string> Manual { get; } = ["# note the time once nobody writes any more; then read the stream until its replicated_time is not before it"];

    public override Verdict Judge(CrdrStatus now, bool asked = false)
    {
        CrdrStream? live = now.Streams.FirstOrDefault(s => s.Live && s.To == to);
        if (live is null && now.ActiveMember == to) return new(StepState.Done, $"{work.Pair[to].Name} is active");
        if (live is { Status: "FAILING_OVER" }) return new(StepState.Done, $"stream {live.Id} was sent to take over");
        if (_fencedAt is not { } wanted) return new(StepState.NotBegun, "the time was not read yet");
        string time = $"{wanted.Time.UtcDateTime:HH:mm:ss.f}Z ({wanted.Source})";
        if (live?.ReplicatedTime is not { } replicated) return new(StepState.Underway, $"everything must arrive up to {time}; how far the stream is was not told");
        return replicated >= wanted.Time
            ? new(StepState.Done, $"everything up to {replicated.UtcDateTime:HH:mm:ss.f}Z has arrived, and no client was let through after {time}")
            : new(StepState.Underway, $"everything up to {replicated.UtcDateTime:HH:mm:ss.f}Z has arrived; wanted is {time}");
    }

    public override async Task<string?> ActAsync(CrdrStatus now)
    {
        ClusterTime time = await work.Clock.ReadAsync(to.Other()).ConfigureAwait(false);
        _fencedAt = time;
        return $"up to {time.Time.UtcDateTime:O} ({time.Source})";
    }
}

/// <summary>The stream is sent to take over: its standby becomes a cluster of its own, and active.</summary>
internal sealed class CompleteStream(CockroachWork work, Side to, IReadOnlyList<Guard> guards) : Step
{
    private readonly CrdrPair _pair = work.Pair;

    public override string Id => $"complete-to-{to.ToString().ToLowerInvariant()}";
    public override string Effect => $"PATCH the stream into {_pair[to].Name} to FAILING_OVER{(work.Request.FailoverAt is { } at ? $" at {at.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}" : "")}: writes move there; {_pair[to.Other()].Name} is given up, and still answers";
    public override bool PointOfNoReturn => true;
    public override bool MovesWrites => true;
    public override bool OldSideServes => true;
    public override TimeSpan Limit => work.Request.FailoverAt is null ? TimeSpan.FromHours(1) : TimeSpan.FromHours(2);

    /// <summary>The vendor's documentation: "should typically happen within five minutes".</summary>
    public override TimeSpan? Expected => work.Request.FailoverAt is null ? TimeSpan.FromMinutes(5) : null;
    public override string? WhenLate => "It has been seen to hang for 15 minutes where the source cannot be reached, and then to end well. It cannot be taken back, and asking again is no help: "
        + "keep waiting (stopping here is safe, resuming goes on), and open an urgent case with the vendor, naming the stream.";

    public override IReadOnlyList<Guard> Guards => guards;

    public override IReadOnlyList<string> Manual =>
    [
        $"ccloud replication list --cluster {work.Id(to)}   # the id of the stream that is REPLICATING",
        "ccloud replication update STREAM-ID --status FAILING_OVER",
        work.Curl("PATCH", "physical-replication-streams/STREAM-ID", "{\"status\": \"FAILING_OVER\"}"),
    ];

    public override Verdict Judge(CrdrStatus now, bool asked = false)
    {
        CrdrStream? live = now.Streams.FirstOrDefault(s => s.Live && s.To == to), newest = now.Streams.FirstOrDefault();
        return live switch
        {
            { Status: "FAILING_OVER" } => new(StepState.Underway, $"stream {live.Id} is {live.State}"),
            { } => new(StepState.NotBegun, $"stream {live.Id} is {live.State}"),
            null when now.ActiveMember == to => new(StepState.Done, $"{_pair[to].Name} is active{(newest is null ? "" : $": stream {newest.Id} is {newest.State}")}"),
            null when newest is { Status: "COMPLETED" } && newest.To == to => new(StepState.Underway, $"stream {newest.Id} is {newest.State}, and {_pair[to].Name} is not seen serving ({now[to].Health})"),
            null when asked && newest is { Status: "CANCELED" } && newest.To == to => new(StepState.Hopeless, $"stream {newest.Id} was stopped"),
            _ => new(StepState.NotBegun, $"no stream leads to {_pair[to].Name}"),
        };
    }

    public override async Task<string?> ActAsync(CrdrStatus now)
    {
        CrdrStream live = now.Streams.FirstOrDefault(s => s.Live && s.To == to)
            ?? throw new VendorException(CrdrErrorKind.InvalidState, "NoStream", $"No stream leads to {_pair[to].Name}.", VendorVerdict.NotDone);
        VendorReply<CockroachStream> reply = await work.Api.UpdateStreamAsync(live.Id, "FAILING_OVER", work.Request.FailoverAt).ConfigureAwait(false);
        return reply.Body.Status is "FAILING_OVER" or "COMPLETED"
            ? $"stream {live.Id} {reply.Body.Status}"
            : throw new VendorException(CrdrErrorKind.BadReply, "VendorReplyUnreadable", $"CockroachDB Cloud answered the failover of stream {live.Id} with the status {reply.Body.Status ?? "(none)"}.", VendorVerdict.Unknown);
    }
}

/// <summary>S2: a write over SQL that is taken. Where SQL cannot be reached from here, the vendor's state is all there is.</summary>
internal sealed class ProbeWrite(CockroachWork work, Side to, IClusterSql sql) : Step
{
    private string? _seen;
    private string _why = "not tried yet";

    public override string Id => $"probe-{to.ToString().ToLowerInvariant()}";
    public override string Effect => $"Write a row into crdrtools.probe on {work.Pair[to].Name}: proof that it takes writes";
    public override string NeededBy => "S2: it is the proof that the new side takes writes";
    public override bool BehindFence => true;
    public override bool Repeatable => true;
    public override bool Changes => false;
    public override bool Follows => true;
    public override bool Anchor => false;
    public override bool Perishable => true;
    public override TimeSpan Limit => TimeSpan.FromSeconds(30);

    public override Verdict Judge(CrdrStatus now, bool asked = false) => _seen is { } seen ? new(StepState.Done, seen) : new(StepState.NotBegun, _why);

    public override async Task<string?> ActAsync(CrdrStatus now)
    {
        try
        {
            await sql.ProbeAsync(work.Pair.Name, CancellationToken.None).ConfigureAwait(false);
            return _seen = $"{work.Pair[to].Name} took a write";
        }
        catch (CrdrException e) when (e.ErrorId == "SqlUnreachable")
        {
            // A wall between here and there is no sign that clients cannot write; holding them off longer would be.
            return _seen = $"no write was tried: {e.Message}";
        }
        catch (CrdrException e)
        {
            return _why = e.Message;
        }
    }
}

/// <summary>The replication is stopped for good; its standby is given up.</summary>
internal sealed class CancelStream(CockroachWork work, Side standby) : Step
{
    public override string Id => "cancel-stream";
    public override string Effect => $"PATCH the stream into {work.Pair[standby].Name} to CANCELED: nothing protects {work.Pair[standby.Other()].Name} after that, and only a new stream, which copies everything again, does";
    public override bool PointOfNoReturn => true;
    public override IReadOnlyList<Side> Touches { get; } = [standby];
    public override IReadOnlyList<Guard> Guards { get; } = [new StreamMayBeStopped(standby), new SourceHealthy(standby.Other())];
    public override IReadOnlyList<string> Manual => ["ccloud replication update STREAM-ID --status CANCELED", work.Curl("PATCH", "physical-replication-streams/STREAM-ID", "{\"status\": \"CANCELED\"}")];

    public override Verdict Judge(CrdrStatus now, bool asked = false)
    {
        CrdrStream? newest = now.Streams.FirstOrDefault();
        return newest switch
        {
            { Live: true, Status: "FAILING_OVER" } => new(StepState.Hopeless, $"stream {newest.Id} was sent to take over"),
            { Live: true } => new(StepState.NotBegun, $"stream {newest.Id} is {newest.State}"),
            _ => new(StepState.Done, newest is null ? "there is no stream" : $"stream {newest.Id} is {newest.State}"),
        };
    }

    public override async Task<string?> ActAsync(CrdrStatus now)
    {
        CrdrStream live = now.Streams.FirstOrDefault(s => s.Live)
            ?? throw new VendorException(CrdrErrorKind.InvalidState, "NoStream", "No stream is under way.", VendorVerdict.NotDone);
        VendorReply<CockroachStream> reply = await work.Api.UpdateStreamAsync(live.Id, "CANCELED").ConfigureAwait(false);
        return $"stream {live.Id} {reply.Body.Status}";
    }
}
