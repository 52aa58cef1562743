using CrdrTools.Simulator.CockroachCloud.Sql;
using CrdrTools.Simulator.Http;
using CrdrTools.Simulator.Loopback;

namespace CrdrTools.Simulator;

/// <summary>
/// The vendors' APIs on one loopback port: Aiven at <c>/v1</c>, CockroachDB Cloud at <c>/api/v1</c>, control at <c>/_simulator</c>. SQL to
/// the clusters of CockroachDB Cloud on another.
/// </summary>
public sealed class SimulatorServer : IDisposable
{
    private readonly LoopbackServer _http;
    private readonly LoopbackServer _sql;

    private SimulatorServer(SimulatorOptions options)
    {
        World = new SimulatorWorld(options);
        _sql = new LoopbackServer(options.SqlPort, socket => new WireConnection(socket, World));
        try
        {
            Answer answer = new RequestPipeline(World, SqlPort).AnswerAsync;
            _http = new LoopbackServer(options.Port, socket => new HttpConnection(socket, answer, () => World.ReplyDate));
        }
        catch
        {
            _sql.Dispose();
            throw;
        }
        BaseAddress = new Uri($"http://127.0.0.1:{_http.Port}/");
    }

    /// <summary>Where it listens: <c>http://127.0.0.1:PORT/</c>.</summary>
    public Uri BaseAddress { get; }

    /// <summary>
    /// The port on 127.0.0.1 where the clusters take SQL, in PostgreSQL's protocol without encryption: the database is written
    /// <c>CLUSTER.DATABASE</c>, the user is any, the password is the token.
    /// </summary>
    public int SqlPort => _sql.Port;

    /// <summary>The simulated world: the same operations as the control endpoint.</summary>
    public SimulatorWorld World { get; }

    /// <summary>Starts a simulator on 127.0.0.1.</summary>
    /// <exception cref="IOException">A port is taken.</exception>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public static SimulatorServer Start(SimulatorOptions? options = null) => new(options ?? new SimulatorOptions());

    /// <summary>Stops listening and ends every connection at once.</summary>
    public void Dispose()
    {
        _http.Dispose();
        _sql.Dispose();
    }
}
