using CrdrTools.Simulator.Aiven;
using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator;

/// <summary>The simulated clients and what became of their writes.</summary>
public sealed partial class SimulatorWorld
{
    /// <summary>All clients so far, stopped ones included.</summary>
    public IReadOnlyList<SimulatorClient> Clients =>
        ReadData(() => _aiven.Model.Data.Clients.Select(Summary)
            .Concat(_cockroach.Model.Data.Clients.Select(ClusterClient))
            .OrderBy(c => c.Id)
            .ToList());

    /// <summary>
    /// Acknowledged writes made while both services of their pair acknowledged writes, in intervals in which both did.
    /// </summary>
    public long DualWrites => ReadData(() => _aiven.Model.Data.DualWrites);

    /// <summary>Lets a client write at a steady pace; its first write is one interval from now.</summary>
    /// <param name="project">The project.</param>
    /// <param name="service">The service, or either of a pair.</param>
    /// <param name="writesPerSecond">Writes a simulated second, above 0, up to 1,000,000.</param>
    /// <param name="via"><c>uri</c>: the pair's shared URI, resolved for every write; <c>cached</c>: resolved once and kept until the
    /// connection dies; <c>direct:SERVICE</c>: that service whatever happens; <c>proxy:NAME</c>: through a proxy.</param>
    /// <exception cref="ArgumentException">There is no such service, or a value is out of range.</exception>
    public SimulatorClient AddClient(string project, string service, double writesPerSecond, string via = "uri") => Change(() =>
    {
        return Summary(_aiven.Model.Data.Add(Found(project, service).Key, via, writesPerSecond, _stage.Now));
    });

    /// <summary>Stops all clients; their history stays.</summary>
    public void StopClients() => Change(() =>
    {
        foreach (var client in _aiven.Model.Data.Clients.Concat(_cockroach.Model.Data.Clients)) client.Stop(_stage.Now);
    });

    /// <summary>
    /// Acknowledged writes of the pair's clients that its active service does not have. While nobody is active: that the service does
    /// not have that is left. With two active ones: that the one behind the shared URI does not have.
    /// </summary>
    public long Loss(string project, string primary) => ReadData(() =>
    {
        var key = Found(project, primary).Key;
        return _aiven.Model.Data.Missing(PairClients.Of(_aiven.Model, key), PairClients.Keeper(_aiven.Model, key));
    });

    /// <summary>The writes <see cref="Loss"/> counts, at most so many, by client and number.</summary>
    public IReadOnlyList<SimulatorWrite> LostWrites(string project, string primary, int most = 100_000) => ReadData(() =>
    {
        var model = _aiven.Model;
        var key = Found(project, primary).Key;
        return model.Data.MissingWrites(PairClients.Of(model, key), PairClients.Keeper(model, key)).Take(most).ToList();
    });

    /// <summary>Every acknowledged write of the pair's clients, at most so many, by client and number.</summary>
    public IReadOnlyList<SimulatorWrite> AcknowledgedWrites(string project, string primary, int most = 100_000) => ReadData(() =>
        _aiven.Model.Data.AcknowledgedWrites(PairClients.Of(_aiven.Model, Found(project, primary).Key)).Take(most).ToList());

    private SimulatorClient Summary(DataClient client) =>
        ClientSummary.Of(_aiven.Model.Data, client, PairClients.Keeper(_aiven.Model, client.Home), _stage.Now);
}
