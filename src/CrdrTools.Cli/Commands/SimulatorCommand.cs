using System.CommandLine;
using CrdrTools.Simulator;

namespace CrdrTools.Cli.Commands;

internal static class SimulatorCommand
{
    public static Command Build()
    {
        Option<int> port = new("--port") { Description = "The port on 127.0.0.1; 0 takes a free one", DefaultValueFactory = _ => 0 };
        Option<int> sqlPort = new("--sql-port") { Description = "The port on 127.0.0.1 for SQL to the clusters; 0 takes a free one", DefaultValueFactory = _ => 0 };
        Option<double> rebuild = new("--rebuild-seconds") { Description = "How long rebuilding a service takes, and the first copy of a stream", DefaultValueFactory = _ => 5 };
        Command command = new("simulator", "The vendors' APIs on loopback, until Ctrl+C") { port, sqlPort, rebuild };
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            try
            {
                double seconds = parsed.GetValue(rebuild);
                using SimulatorServer server = SimulatorServer.Start(new()
                {
                    Port = parsed.GetValue(port), SqlPort = parsed.GetValue(sqlPort), Settings = new() { RebuildSeconds = seconds, CockroachInitialScanSeconds = seconds },
                });
                Console.Out.WriteLine(Welcome(server.BaseAddress.ToString().TrimEnd('/'), server.SqlPort));
                TaskCompletionSource stopped = new();
                await using (ct.Register(() => stopped.TrySetResult())) await stopped.Task;
                Console.Out.WriteLine("Stopped.");
                return ExitCode.Success;
            }
            catch (IOException e)
            {
                throw new CrdrException(CrdrErrorKind.InvalidInput, "PortTaken", e.Message, null, e);
            }
        }));
        return command;
    }

    private static string Welcome(string address, int sqlPort) => $$"""
        The simulator answers at {{address}} and takes the token 'demo'. It holds two protected pairs: the Aiven services pg-demo / pg-demo-dr
        of the project 'demo', and the CockroachDB clusters crdb-demo / crdb-demo-dr with a running stream. Ctrl+C ends it.
        sqlPort: {{sqlPort}} (SQL to the clusters; any user, password 'demo', the database is CLUSTER.DATABASE)

        Aiven
          crdr:        export AIVEN_TOKEN=demo
                       crdr pair register pg-demo --project demo --endpoint {{address}} --secret env:AIVEN_TOKEN
                       crdr status pg-demo
          PowerShell:  $env:AIVEN_TOKEN = 'demo'
                       Register-CrdrPair -Project demo -Primary pg-demo -Endpoint {{address}} -Secret env:AIVEN_TOKEN
                       Get-CrdrStatus pg-demo
          curl:        curl -H 'Authorization: Bearer demo' {{address}}/v1/project/demo/service/pg-demo
          avn:         avn --url {{address}} --auth-token demo service get pg-demo --project demo --json
          A disaster:  curl -X POST {{address}}/_simulator/regions/google-europe-west1/outage -d '{"down": true}'

        CockroachDB
          crdr:        export COCKROACH_API_KEY=demo
                       crdr pair register crdb-demo --provider CockroachCloud --endpoint {{address}} --secret env:COCKROACH_API_KEY --rpo 60 --test-pair
                       crdr status crdb-demo
          curl:        curl -H 'Authorization: Bearer demo' {{address}}/api/v1/physical-replication-streams
          SQL:         PGPASSWORD=demo psql 'host=127.0.0.1 port={{sqlPort}} user=me dbname=crdb-demo.defaultdb sslmode=disable'
                       export CRDB_DEMO_SQL='Host=127.0.0.1;Port={{sqlPort}};Username=me;Password=demo;Database=crdb-demo.defaultdb;SSL Mode=Disable'
                       and register with --setting primarySql=env:CRDB_DEMO_SQL
          A disaster:  curl -X POST {{address}}/_simulator/regions/europe-west1/outage -d '{"down": true}'
                       crdr failover crdb-demo; and home again, after {"down": false}: crdr failback full crdb-demo, crdr setup crdb-demo
                       (the pair has no route, so that each refuses first what nothing keeps safe, and names the switch)

        All of it:     curl {{address}}/_simulator
        """;
}
