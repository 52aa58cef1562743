using CrdrTools.Core.Operations;
using CrdrTools.Core.Routes.Rfc2136;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core.ReplicaDns;

/// <summary>One pair's read-only name with all that it takes to look at it, decide and publish.</summary>
internal sealed class ReadEndpoint : IDisposable
{
    private readonly Dictionary<string, IReadNode> _nodes;

    public ReadEndpoint(CrdrPair pair, ReadEndpointSettings settings, IReadNodes nodes, IReadOnlyDictionary<string, string> passwords, IStateStore store, IDnsProvider dns, TimeProvider time)
    {
        Pair = pair;
        Settings = settings;
        Nodes = nodes;
        Dns = dns;
        Time = time;
        Store = store.ReplicaDns(pair.Name);
        Holder = () => store.Holder(pair.Name);
        _nodes = new() { [pair.Primary.Name] = nodes.OpenMember(Side.Primary), [pair.Recovery.Name] = nodes.OpenMember(Side.Recovery) };
        foreach (ReadServer server in settings.Servers.Where(s => s.Member is null)) _nodes[server.Name] = nodes.OpenStandby(server.Described, passwords.Get(server.Name));
        Servers = [.. _nodes.Keys];
    }

    public CrdrPair Pair { get; }
    public ReadEndpointSettings Settings { get; }
    public IReadNodes Nodes { get; }
    public IDnsProvider Dns { get; }
    public TimeProvider Time { get; }
    public IReplicaDnsStore Store { get; }

    /// <summary>Who runs an operation on the pair now.</summary>
    public Func<CrdrLease?> Holder { get; }

    /// <summary>All servers that are asked: both members, and the standbys besides.</summary>
    public IReadOnlyList<string> Servers { get; }

    /// <summary>The standbys that are waited for while that member takes the writes.</summary>
    public IEnumerable<ReadServer> Standbys(Side active, ReplicaDnsState state) => Settings.Servers.Where(s => s.Member != active && !state.Forgotten.Contains(s.Name));

    /// <summary>What one server's look means.</summary>
    public StandbyHealth Health(ReadSight? sight, string? trouble, Pairing pairing) =>
        StandbyHealth.Of(sight, trouble, pairing.Sight!, (host, port) => Nodes.IsMember(pairing.Active!.Value, host, port), Settings.Lag);

    /// <summary>What the name leads to for servers: their addresses; an alias leads to the first of them.</summary>
    public IReadOnlyList<string> Values(IReadOnlyList<string> servers)
    {
        IEnumerable<DnsValue> values = servers.Take(Settings.Place.Type == DnsType.Cname ? 1 : int.MaxValue).Select(s => Settings.Values[s]);
        return [.. values.SelectMany(v => v.Data.Select(d => DnsRecord.Say(v.Type, d))).Distinct()];
    }

    /// <summary>
    /// Makes a decision durable and puts it into the queue, if nobody decided meanwhile. What is in the queue may be lost by a death between the two: who publishes
    /// looks for that.
    /// </summary>
    /// <param name="expected">The newest decision that was known.</param>
    /// <param name="atLeast">The newest number that is known to be taken: ours is greater.</param>
    /// <param name="change">What is decided; <see langword="null"/>: nothing.</param>
    /// <returns>The decision; <see langword="null"/>: it is not ours, for somebody decided meanwhile.</returns>
    public ReplicaDnsState? Decide(long expected, long atLeast, Func<ReplicaDnsState, ReplicaDnsState?> change)
    {
        ReplicaDnsState? ours = null;
        Store.Change(s => ours = s.Number == expected && change(s) is { } then ? then with { Number = Math.Max(s.Number, atLeast) + 1 } : null);
        if (ours is not null) Store.Put(new() { Number = ours.Number, Values = ours.Values, Since = Time.GetUtcNow() });
        return ours;
    }

    public Executor Executor(Action<CrdrReplicaDnsEvent> tell) => new(Pair.Name, Settings.Place.Type, Store, Dns, Settings.Retry, Time, tell);

    /// <summary>Asks every server at once, each for no longer than it may take.</summary>
    public async Task<IReadOnlyDictionary<string, (ReadSight? Sight, string? Trouble)>> LookAsync(CancellationToken ct)
    {
        (ReadSight?, string?)[] seen = await Task.WhenAll(Servers.Select(s => LookAsync(s, ct))).ConfigureAwait(false);
        return Servers.Select((server, i) => (server, i)).ToDictionary(s => s.server, s => seen[s.i]);
    }

    /// <summary>Asks one server.</summary>
    public async Task<(ReadSight? Sight, string? Trouble)> LookAsync(string server, CancellationToken ct)
    {
        using CancellationTokenSource limit = Time.Limit(Settings.Probe);
        using CancellationTokenRegistration stop = ct.Register(limit.Cancel);
        try
        {
            return (await _nodes[server].LookAsync(limit.Token).ConfigureAwait(false), null);
        }
        catch (OperationCanceledException)
        {
            ct.ThrowIfCancellationRequested();
            return (null, $"did not answer within {Settings.Probe.TotalSeconds:0.###} s");
        }
        catch (CrdrException e)
        {
            return (null, e.Message.TrimEnd('.'));
        }
        catch (Exception e)
        {
            // Whatever one server does, it ends the watch of none.
            return (null, $"gave no answer that can be read: {e.Message.TrimEnd('.')}");
        }
    }

    public void Dispose()
    {
        foreach (IReadNode node in _nodes.Values) node.Dispose();
    }
}
