namespace CrdrTools.Simulator.Data;

/// <summary>
/// The clients' history and what each service holds of it. Moves from change to change: between two changes of the world
/// every client's writes meet the same fate, so that a run of writes is one entry however long it is. Used under the world's lock.
/// </summary>
internal sealed class DataPlane(ITopology topology, Stage stage)
{
    private readonly List<DataClient> _clients = [];
    private readonly List<WriteRun> _runs = [];
    private readonly Dictionary<ServiceKey, WriteSet> _sets = [];
    private readonly DualWriters _dual = new();

    public IReadOnlyList<DataClient> Clients => _clients;

    public long DualWrites => _dual.Count;

    public DataClient Add(ServiceKey home, string via, double writesPerSecond, DateTimeOffset now)
    {
        if (!(writesPerSecond > 0 && writesPerSecond <= 1_000_000))
            throw new ArgumentException("writesPerSecond must be above 0, up to 1000000");
        var interval = Math.Max(1, (long)Math.Round(TimeSpan.TicksPerSecond / writesPerSecond));
        if (ClientVia.Proxy(ClientVia.Checked(via)) is { } proxy && !stage.Proxies.Knows(proxy))
            throw new ArgumentException($"there is no proxy '{proxy}'");
        var client = new DataClient(stage.NextClientId(), home, via, interval, now);
        _clients.Add(client);
        return client;
    }

    /// <summary>Writes and replicates what was due up to that time, in the world as it has been since the last change.</summary>
    public void AdvanceTo(DateTimeOffset at)
    {
        if (_clients.Count == 0) return;
        _dual.Close(topology);
        foreach (var client in _clients) Write(client, at);
        foreach (var source in _sets.ToList())
        {
            foreach (var replica in topology.ReplicasOf(source.Key, at)) SetOf(replica.Service).CatchUp(source.Value, replica.UpTo);
        }
    }

    /// <summary>Everything the one holds, the other holds too.</summary>
    public void CatchUp(ServiceKey from, ServiceKey to, DateTimeOffset at) => SetOf(to).CatchUp(SetOf(from), at);

    /// <summary>The service's data is gone.</summary>
    public void Clear(ServiceKey service)
    {
        EndRuns(service);
        _sets.Remove(service);
    }

    /// <summary>What the service was written after that time is gone.</summary>
    public void CutTo(ServiceKey service, DateTimeOffset at)
    {
        EndRuns(service);
        SetOf(service).CutTo(at);
    }

    public long Rows(ServiceKey service) => _sets.TryGetValue(service, out var set) ? set.Rows : 0;

    public long Acknowledged(DataClient client) => RunsOf(client).Where(r => r.AcceptedBy is not null).Sum(r => r.Count);

    public long Failed(DataClient client) => RunsOf(client).Where(r => r.AcceptedBy is null).Sum(r => r.Count);

    /// <summary>What the service itself acknowledged from one time to another, both included.</summary>
    public AcknowledgedSpan? AcknowledgedBy(ServiceKey service, DateTimeOffset from, DateTimeOffset to)
    {
        AcknowledgedSpan? span = null;
        foreach (var run in _runs.Where(r => r.AcceptedBy == service)) span = AcknowledgedSpan.Of(run, from, to)?.With(span) ?? span;
        return span;
    }

    /// <summary>Acknowledged writes of these clients that the service does not hold.</summary>
    public long Missing(Func<DataClient, bool> clients, ServiceKey service) =>
        AcknowledgedRuns(clients).Sum(run => run.Count - SetOf(service).Of(run));

    /// <summary>The same, one by one, in the order of client and time.</summary>
    public IEnumerable<SimulatorWrite> MissingWrites(Func<DataClient, bool> clients, ServiceKey service)
    {
        foreach (var run in AcknowledgedRuns(clients))
        {
            for (var held = SetOf(service).Of(run); held < run.Count; held++)
                yield return Of(run, run.First + held);
        }
    }

    /// <summary>Every acknowledged write of these clients.</summary>
    public IEnumerable<SimulatorWrite> AcknowledgedWrites(Func<DataClient, bool> clients)
    {
        foreach (var run in AcknowledgedRuns(clients))
        {
            for (var i = 0; i < run.Count; i++) yield return Of(run, run.First + i);
        }
    }

    private static SimulatorWrite Of(WriteRun run, long number) =>
        new(run.Client.Id, number, run.Client.TimeOf(number), run.AcceptedBy!.Value.Service);

    private IEnumerable<WriteRun> RunsOf(DataClient client) => _runs.Where(r => r.Client == client);

    private IEnumerable<WriteRun> AcknowledgedRuns(Func<DataClient, bool> clients) =>
        _runs.Where(r => r.AcceptedBy is not null && clients(r.Client)).OrderBy(r => r.Client.Id);

    private void Write(DataClient client, DateTimeOffset at)
    {
        var target = client.Target(topology, stage.Proxies) is { } found && topology.Accepts(found) ? found : (ServiceKey?)null;
        var before = client.Written;
        if (client.WriteUpTo(at, target) is not { } run) return;
        if (run.First > before) _runs.Add(run);
        if (target is not { } service) return;
        SetOf(service).Accept(run);
        _dual.Note(service, client.Written - before, topology);
    }

    /// <summary>Later writes to the service begin new runs, so that they do not bring back what is gone.</summary>
    private void EndRuns(ServiceKey service)
    {
        foreach (var client in _clients.Where(c => c.Latest?.AcceptedBy == service)) client.EndRun();
    }

    private WriteSet SetOf(ServiceKey service)
    {
        if (!_sets.TryGetValue(service, out var set)) set = _sets[service] = new WriteSet();
        return set;
    }
}
