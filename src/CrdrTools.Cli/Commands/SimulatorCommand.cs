using System.CommandLine;
using CrdrTools.Simulator;

namespace CrdrTools.Cli.Commands;

internal static class SimulatorCommand
{
    public static Command Build()
    {
        Option<int> port = new("--port") { Description = "The port on 127.0.0.1; 0 takes a free one", DefaultValueFactory = _ => 0 };
        Option<double> rebuild = new("--rebuild-seconds") { Description = "How long rebuilding a service takes", DefaultValueFactory = _ => 5 };
        Command command = new("simulator", "The vendors' APIs on loopback, until Ctrl+C") { port, rebuild };
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            try
            {
                using SimulatorServer server = SimulatorServer.Start(new() { Port = parsed.GetValue(port), Settings = new() { RebuildSeconds = parsed.GetValue(rebuild) } });
                Console.Out.WriteLine(Welcome(server.BaseAddress.ToString().TrimEnd('/')));
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

    private static string Welcome(string address) => $"""
        The simulator answers at {address} and takes the token 'demo'. It holds the project 'demo' with the protected pair pg-demo / pg-demo-dr. Ctrl+C ends it.

        crdr:        export AIVEN_TOKEN=demo
                     crdr pair register pg-demo --project demo --endpoint {address} --secret env:AIVEN_TOKEN
                     crdr status pg-demo
        PowerShell:  $env:AIVEN_TOKEN = 'demo'
                     Register-CrdrPair -Project demo -Primary pg-demo -Endpoint {address} -Secret env:AIVEN_TOKEN
                     Get-CrdrStatus pg-demo
        curl:        curl -H 'Authorization: Bearer demo' {address}/v1/project/demo/service/pg-demo
        avn:         avn --url {address} --auth-token demo service get pg-demo --project demo --json
        A disaster:  curl -X POST {address}/_simulator/regions/google-europe-west1/outage -d '{"{"}"down": true{"}"}'
        All of it:   curl {address}/_simulator
        """;
}
