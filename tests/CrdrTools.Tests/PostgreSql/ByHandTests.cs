using CrdrTools.Core.Operations;
using CrdrTools.Core.Providers;
using CrdrTools.Core.Providers.PostgreSql;
using CrdrTools.Core.Providers.PostgreSql.Nodes;
using CrdrTools.Core.Routes;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.PostgreSql;

/// <summary>What somebody types without this tool, and what starts a server that is down.</summary>
public sealed class ByHandTests : IDisposable
{
    private readonly HttpMessageInvoker _http = new(new HttpClientHandler());

    public void Dispose() => _http.Dispose();

    private static readonly CrdrPair s_pair = new()
    {
        Name = "orders", Provider = "PostgreSql", Primary = new() { Name = "a" }, Recovery = new() { Name = "b" },
        Settings = new Dictionary<string, string>
        {
            ["primaryConnection"] = "Host=db-a;Port=5432;Username=crdr", ["recoveryConnection"] = "Host=db-b;Port=5433;Username=crdr", ["replicationUser"] = "replicator",
            ["primaryNode"] = "local", ["primaryData"] = "/data/a", ["recoveryNode"] = "none", ["binDirectory"] = "/usr/lib/postgresql/15/bin",
        },
        Routes =
        [
            new() { Name = "proxy", Type = "HAProxy", Settings = new Dictionary<string, string> { ["sockets"] = "/run/haproxy.sock,10.0.0.1:9999", ["backend"] = "pg", ["primaryServer"] = "pa", ["recoveryServer"] = "pb", ["stateFile"] = "/var/lib/haproxy/state," } },
            new() { Name = "pool", Type = "PgBouncer", Settings = new Dictionary<string, string> { ["consoles"] = "10.0.0.2:6432", ["database"] = "orders", ["config"] = "/etc/pgbouncer/pgbouncer.ini", ["primaryHost"] = "db-a:5432", ["recoveryHost"] = "db-b:5433" } },
            new() { Name = "name", Type = "Dns", Settings = new Dictionary<string, string> { ["server"] = "10.0.0.3:53", ["zone"] = "example.test", ["name"] = "db.example.test", ["type"] = "CNAME", ["primaryValue"] = "db-a.example.test", ["recoveryValue"] = "db-b.example.test", ["keyName"] = "crdr", ["key"] = "env:KEY" } },
            new() { Name = "own", Type = "Command", Observe = ["/opt/route", "observe"], Fence = ["/opt/route", "fence"], Unfence = ["/opt/route", "unfence"], Switch = ["/opt/route", "switch it"] },
        ],
    };

    private static readonly CrdrStatus s_well = new()
    {
        Pair = "orders", Provider = "PostgreSql", Phase = CrdrPhase.Protected, ActiveMember = Side.Primary, ObservedAt = DateTimeOffset.UnixEpoch,
        Primary = new() { Side = Side.Primary, Name = "a", Role = MemberRole.Active, Health = MemberHealth.Healthy, Reachable = true },
        Recovery = new() { Side = Side.Recovery, Name = "b", Role = MemberRole.Passive, Health = MemberHealth.Healthy, Reachable = true },
    };

    private IPairSession Open(CrdrPair pair) => ProviderRegistry.Get("PostgreSql").Open(pair, new ProviderContext(_http, "", TimeProvider.System, null));

    private Dictionary<string, IReadOnlyList<string>> Manual(CrdrRequest request, CrdrPair? pair = null)
    {
        pair ??= s_pair;
        IPairSession session = Open(pair);
        GuardFacts facts = new() { Pair = pair, Request = request, Now = s_well, Clock = DateTimeOffset.UnixEpoch };
        return Plan.Make(request, s_well, session, RouteFactory.Create(pair, new TestHost())).Show(facts).Steps.ToDictionary(s => s.Id, s => s.Manual);
    }

    [Fact]
    public void S28_A_move_by_hand_names_what_is_done_to_each_route_and_the_nodes_own_programs()
    {
        Dictionary<string, IReadOnlyList<string>> steps = Manual(new() { Verb = CrdrVerb.Switchover, To = Side.Recovery });
        IReadOnlyList<string> move = steps["move-to-recovery"];
        // Clients are held off first, on every proxy, and by what can hold them: a name cannot.
        Assert.Equal(
        [
            "echo 'set server pg/pa state maint' | socat stdio /run/haproxy.sock    # no session may be left on it: show stat",
            "echo 'shutdown sessions server pg/pa' | socat stdio /run/haproxy.sock",
            "echo 'show servers state' | socat stdio /run/haproxy.sock > /var/lib/haproxy/state    # so that a reload keeps it",
            "echo 'set server pg/pa state maint' | socat stdio tcp:10.0.0.1:9999    # no session may be left on it: show stat",
            "echo 'shutdown sessions server pg/pa' | socat stdio tcp:10.0.0.1:9999",
            "psql -h 10.0.0.2 -p 6432 -U pgbouncer -d pgbouncer -c 'PAUSE \"orders\"'    # should it not return: KILL instead of PAUSE",
            "CRDR_PAIR=orders CRDR_ROUTE=own CRDR_SIDE=primary CRDR_MEMBER=a /opt/route fence",
            "/usr/lib/postgresql/15/bin/pg_ctl -D /data/a stop -m fast    # on a",
        ], move.Take(8));
        Assert.Contains("echo 'set server pg/pb state ready' | socat stdio /run/haproxy.sock    # the second line only where pa is not in maintenance", steps["switch-proxy"]);
        Assert.Equal(["# in /etc/pgbouncer/pgbouncer.ini, in [databases], orders: host=db-b port=5433", "psql -h 10.0.0.2 -p 6432 -U pgbouncer -d pgbouncer -c 'RELOAD'", "psql -h 10.0.0.2 -p 6432 -U pgbouncer -d pgbouncer -c 'RESUME \"orders\"'"], steps["switch-pool"]);
        Assert.Equal(["server 10.0.0.3 53", "zone example.test.", "update delete db.example.test. CNAME", "update add db.example.test. 60 CNAME db-b.example.test.", "send"], steps["switch-name"].Skip(1).Take(5));
        Assert.Equal(["CRDR_PAIR=orders CRDR_ROUTE=own CRDR_SIDE=recovery CRDR_MEMBER=b /opt/route 'switch it'"], steps["switch-own"]);
        Assert.DoesNotContain(steps.Values.SelectMany(m => m), m => m.Contains("env:KEY"));
    }

    [Theory]
    [InlineData(null, "--source-server=\"host=db-b port=5433 user=crdr dbname=postgres\"")]
    [InlineData("host=db-b.internal user=replicator sslmode=require", "--source-server=\"host=db-b.internal sslmode=require user=crdr dbname=postgres\"")]
    [InlineData("postgresql://replicator@db-b:5433/?sslmode=require", "--source-server=\"postgresql://crdr@db-b:5433/postgres?sslmode=require\"")]
    public void A_rewind_reads_its_source_as_one_user(string? replication, string source)
    {
        CrdrPair pair = replication is null ? s_pair : s_pair with { Settings = new Dictionary<string, string>(s_pair.Settings) { ["recoveryReplication"] = replication } };
        IReadOnlyList<string> rejoin = Manual(new() { Verb = CrdrVerb.Restore }, pair)["rejoin-primary"];
        Assert.StartsWith($"/usr/lib/postgresql/15/bin/pg_rewind --target-pgdata=/data/a {source}", rejoin[0]);
        Assert.StartsWith("/usr/lib/postgresql/15/bin/pg_ctl -D /data/a start", rejoin[2]);
    }

    [Fact]
    public void S27_A_standby_that_is_down_is_started_by_a_command_where_its_machine_is_reached_and_named_else()
    {
        CrdrStatus stopped = s_well with { Phase = CrdrPhase.Unprotected, Recovery = s_well.Recovery with { Reachable = false, Health = MemberHealth.Down, NativeState = "stopped (in archive recovery)", Native = new Dictionary<string, string> { ["stopped"] = "true", ["startsAsStandby"] = "true" } } };
        CrdrNextAction start = Assert.Single(NextActions.For(stopped, Open(s_pair)));
        Assert.Equal(("crdr setup orders", "New-CrdrRecovery orders"), (start.Crdr, start.Command));
        Assert.StartsWith("b does not run, and nothing protects a: start it", start.What);

        CrdrStatus silent = stopped with { Recovery = s_well.Recovery with { Role = MemberRole.Unknown, Reachable = false, Health = MemberHealth.Down, NativeState = "refuses connections" } };
        CrdrNextAction named = Assert.Single(NextActions.For(silent, Open(s_pair)));
        Assert.Equal("b does not answer, and nothing protects a: start it on its machine (db-b), by its service or with pg_ctl -D DATADIR start, once DATADIR/standby.signal is seen there. Then look again", named.What);
        Assert.Equal("crdr status orders", named.Crdr);
    }

    [Fact]
    public void A_connection_string_for_a_rewind_keeps_what_it_does_not_replace() =>
        Assert.Equal("host=h application_name='a b' user=u dbname=d", Conninfo.As("host=h user=x application_name='a b' dbname=replication", "u", "d"));
}
