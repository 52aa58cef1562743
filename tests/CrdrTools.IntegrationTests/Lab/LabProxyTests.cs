using CrdrTools.Core.Lab;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Routes.HAProxy;
using CrdrTools.Core.Routes.PgBouncer;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.Lab;

public class LabProxyTests
{
    private const string Write = "CREATE TABLE IF NOT EXISTS written (n int); INSERT INTO written VALUES (1); SELECT count(*) FROM written";
    private const string Port = "SELECT inet_server_port()";

    [ServerFact("initdb", "haproxy")]
    public async Task A_client_writes_through_HAProxy_and_the_pairs_route_moves_it()
    {
        await using TestLab lab = await TestLab.UpAsync(o => o with { Proxies = LabProxies.HAProxy });
        Assert.Equal(lab.Lab.HAProxy!.Port, lab.Lab.ClientPort);
        Assert.Equal(1, await TestLab.ScalarAsync<long>(lab.Lab.ClientConnection, Write));
        Assert.Equal(lab.Lab["a"].Port, await TestLab.ScalarAsync<int>(lab.Lab.ClientConnection, Port));

        HAProxyRoute route = new(lab.Lab.Pair!.Routes.Single());
        Assert.Equal(Side.Primary, (await route.ObserveAsync(CancellationToken.None)).Target);
        await route.FenceAsync(Side.Primary, planned: true);
        await lab.AskAsync<bool>("b", "SELECT pg_promote()");
        await route.SwitchAsync(Side.Recovery);

        Assert.Equal(lab.Lab["b"].Port, await TestLab.ScalarAsync<int>(lab.Lab.ClientConnection, Port));
        await TestLab.ScalarAsync<long>(lab.Lab.ClientConnection, Write);
        LabEnd end = await PostgresLab.DownAsync(lab.Lab.Folder);
        Assert.Equal(3, end.Ended);
        Assert.False(Directory.Exists(lab.Lab.Folder));
    }

    [ServerFact("initdb", "pgbouncer")]
    public async Task A_client_writes_through_PgBouncer_and_the_pairs_route_sees_where()
    {
        await using TestLab lab = await TestLab.UpAsync(o => o with { Proxies = LabProxies.PgBouncer });
        Assert.Equal(1, await TestLab.ScalarAsync<long>(lab.Lab.ClientConnection, Write));
        Assert.Null(PgBouncerRoute.Complaint(lab.Lab.Pair!.Routes.Single()));
        PgBouncerRoute route = new(lab.Lab.Pair!.Routes.Single(), new RelayHost());
        Assert.Equal(Side.Primary, (await route.ObserveAsync(CancellationToken.None)).Target);
        await lab.AskAsync<bool>("b", "SELECT pg_promote()");
        await route.SwitchAsync(Side.Recovery);
        Assert.Equal(lab.Lab["b"].Port, await TestLab.ScalarAsync<int>(lab.Lab.ClientConnection, Port));
    }

    [ServerFact("initdb", "haproxy", "pgbouncer")]
    public async Task With_both_a_client_comes_through_both_and_status_and_down_know_them()
    {
        await using TestLab lab = await TestLab.UpAsync(o => o with { Proxies = LabProxies.HAProxy | LabProxies.PgBouncer });
        Assert.Equal(lab.Lab.PgBouncer!.Port, lab.Lab.ClientPort);
        Assert.Equal(1, await TestLab.ScalarAsync<long>(lab.Lab.ClientConnection, Write));
        Assert.Equal(["haproxy"], lab.Lab.Pair!.Routes.Select(r => r.Name));
        Assert.All((await lab.StatusAsync()).Proxies, p => Assert.True(p.Answers));

        ServerProcess.Signal((await lab.StatusAsync()).Proxies.Single(p => p.Name == "haproxy").ProcessId!.Value, ServerProcess.SigKill);
        await Poll.UntilAsync(async () => (await lab.StatusAsync()).Proxies.Single(p => p.Name == "haproxy") is { ProcessId: null, Answers: false },
            () => "haproxy still seen");
        Assert.False((await lab.StatusAsync()).Healthy);
        Assert.Equal(3, (await PostgresLab.DownAsync(lab.Lab.Folder)).Ended);
    }
}
