using System.CommandLine;
using CrdrTools.Core.Providers.PostgreSql;

namespace CrdrTools.Cli.Commands;

internal static class NodeCommand
{
    public static Command Build() => new("node", "On a server's own machine") { CheckStart() };

    private static Command CheckStart()
    {
        Option<string> data = new("--data") { Description = "This server's data directory", Required = true };
        Option<string> peer = new("--peer") { Required = true,
            Description = "How the other server is reached: Host=...;Port=5432;Username=...;Timeout=5, or postgresql://user@host:5432/postgres; PGPASSWORD is used where it is set" };
        Option<bool> json = new("--json") { Description = "Write the answer as JSON" };
        Command command = new("check-start", """
            Tell whether a PostgreSQL server may start: one that would take writes may not while the other one may be taking them. Starts and changes nothing.
            Exit code: 0 it may; 3 it may not, and why. For a service, so that an old primary whose machine comes back stays down:
              [Service]
              ExecStartPre=/usr/local/bin/crdr node check-start --data /var/lib/postgresql/15/main --peer "postgresql://crdr@other:5432/postgres"
            """) { data, peer, json };
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            CrdrCheck check = await NodeChecks.MayStartAsync(parsed.GetValue(data)!, parsed.GetValue(peer)!, ct);
            bool may = check.Result == CheckResult.Pass;
            if (parsed.GetValue(json)) Output.Json(check, Output.AsJson.CrdrCheck);
            else Output.Line(Output.Out, $"{(may ? "May start" : "Must not start")}: {check.Why}");
            return may ? ExitCode.Success : ExitCode.Refused;
        }));
        return command;
    }
}
