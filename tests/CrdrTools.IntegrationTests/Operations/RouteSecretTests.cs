using System.Text.Json;
using CrdrTools.Core.Stores;
using CrdrTools.IntegrationTests.Rfc2136;
using CrdrTools.IntegrationTests.Support;
using CrdrTools.Tests.Cli;
using TwoServers = CrdrTools.IntegrationTests.PgBouncer.TwoServers;

namespace CrdrTools.IntegrationTests.Operations;

/// <summary>Routes' secrets are the pair's token's equals: only a reference is kept, nothing tells them, and one that is missing is found in time.</summary>
[Collection(WholeOperations.Name)]
public class RouteSecretTests(TwoServers servers)
{
    private const string Password = "console-Pa55word-7f3a91", WrongKey = "bm90LXRoZS1rZXktYXQtYWxs", Environ = "CRDR_TEST_CONSOLE_PASSWORD", KeyEnviron = "CRDR_TEST_NAME_KEY";

    [ServerFact("pgbouncer", "named", "initdb")]
    public async Task S30_No_secret_of_a_route_is_in_journal_samples_status_messages_or_trace()
    {
        await using WholeRig rig = new(servers);
        rig.AddBouncer(Password, ("password", "secret:vault/console"));
        NameServer names = rig.AddNames(("timeoutSeconds", "1"));
        rig.Secrets["console"] = Password;
        await rig.BeginAsync();
        List<string> said = [];

        // Whatever goes wrong has words for it; none of them may be the secret.
        rig.Secrets["key"] = WrongKey;
        said.Add(Json(await rig.RunAsync(WholeRig.Switchover)));
        rig.Secrets["key"] = $"{NameServer.Secret}!";
        said.Add(Json(await rig.RunAsync(WholeRig.Switchover)));
        rig.Secrets["key"] = NameServer.Secret;
        rig.Secrets["console"] = $"{Password}x";
        said.Add(Json(await rig.RunAsync(WholeRig.Switchover)));
        rig.Secrets["console"] = Password;
        rig.BetweenPromotionAndSwitch(() =>
        {
            names.FillDisk();
            return Task.CompletedTask;
        });
        CrdrOperation left = await rig.RunAsync(WholeRig.Switchover);
        Assert.Equal(CrdrOutcome.Incomplete, left.Outcome);
        names.MakeRoom();
        CrdrOperation done = await rig.ResumeAsync(left.Id);
        Assert.True(done.Outcome == CrdrOutcome.Succeeded, done.Message);
        CrdrStatus status = await rig.StatusAsync();
        said.AddRange([Json(left), Json(done), JsonSerializer.Serialize(status, CrdrJson.Default.CrdrStatus), await rig.Crdr.CardAsync(rig.Registered, "demo", rig.Host, default), .. rig.Said]);
        said.AddRange(Directory.EnumerateFiles(rig.Folder, "*", SearchOption.AllDirectories).Select(File.ReadAllText));

        Assert.Contains(said, s => s.Contains("secret:vault/console"));
        foreach (string secret in new[] { Password, NameServer.Secret, WrongKey }) Assert.All(said, s => Assert.DoesNotContain(secret, s));
    }

    [ServerFact("pgbouncer", "named", "initdb")]
    public async Task S30_No_secret_of_a_route_is_in_what_the_command_line_prints()
    {
        await using WholeRig rig = new(servers);
        rig.AddBouncer(Password, ("password", $"env:{Environ}"));
        rig.AddNames(("key", $"env:{KeyEnviron}"));
        Environment.SetEnvironmentVariable(Environ, Password);
        Environment.SetEnvironmentVariable(KeyEnviron, NameServer.Secret);
        try
        {
            await rig.BeginAsync();
            Dictionary<string, string> environment = new() { ["CRDR_STATE"] = rig.State, ["CRDR_PAIRS"] = rig.PairFile, ["AIVEN_TOKEN"] = "demo", ["DOTNET_TieredPGO"] = "0" };
            (int code, string output, string errors) = await CrdrProcess.RunAsync(environment, "switchover", WholeRig.Pair, "--to", "recovery", "--yes", "--json", "--verbose");
            Assert.True(code == 0, output + errors);
            (_, string status, string more) = await CrdrProcess.RunAsync(environment, "status", WholeRig.Pair, "--json", "--verbose");
            foreach (string text in new[] { output, errors, status, more })
            {
                Assert.DoesNotContain(Password, text);
                Assert.DoesNotContain(NameServer.Secret, text);
            }
        }
        finally
        {
            Environment.SetEnvironmentVariable(Environ, null);
            Environment.SetEnvironmentVariable(KeyEnviron, null);
        }
    }

    [ServerFact("pgbouncer", "named", "initdb")]
    public async Task A_password_of_a_console_that_is_missing_is_an_error_before_any_client_is_held_off()
    {
        await using WholeRig rig = new(servers);
        rig.AddBouncer(Password, ("password", "secret:vault/console"));
        rig.Secrets["console"] = Password;
        await rig.BeginAsync();
        rig.Secrets["console"] = null;

        CrdrOperation operation = await rig.RunAsync(WholeRig.Switchover);

        Assert.True(operation is { Outcome: CrdrOutcome.Refused, ErrorId: "RoutesReady" }, $"{operation.Outcome} {operation.ErrorId}: {operation.Message}");
        Assert.Contains("vault/console", operation.Message);
        rig.Secrets["console"] = Password;
        CrdrStatus status = await rig.AssertRoutesOnAsync(Side.Primary);
        Assert.DoesNotContain(status.Routes, r => r.Fenced.Count > 0);
        Assert.Equal((0, 0), (rig.Clients.Errors, rig.World.Requests.Count(r => r.Changing)));
    }

    private static string Json(CrdrOperation operation) => JsonSerializer.Serialize(operation, CrdrJson.Default.CrdrOperation);
}
