using System.Text.Json;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Cli;

/// <summary>What <c>crdr</c> says and ends with when the input, the token, the vendor or the state is not as it should be.</summary>
public class CommandLineTests
{
    [Fact]
    public async Task Usage_errors_end_with_2_and_say_what_is_wrong()
    {
        using CliRig rig = new();
        foreach (string[] arguments in new[] { ["frobnicate"], ["failover"], ["switchover", "pg-demo"], ["status"], ["failover", "x", "--timeout", "soon"], new[] { "status", "not-there" } })
        {
            (int code, _, string err) = await rig.RunAsync(arguments);
            Assert.True(code == 2, $"{string.Join(' ', arguments)}: {code} {err}");
            Assert.Contains("crdr: ", err);
        }
    }

    [Theory]
    [InlineData(401, "AuthenticationFailed")]
    [InlineData(403, "PermissionDenied")]
    public async Task A_wrong_token_is_told_and_never_shown(int status, string errorId)
    {
        using CliRig rig = new(s => s with { TokenErrorStatus = status });
        await rig.RegisterAsync();
        rig.Environment["AIVEN_TOKEN"] = "secret-token-9d7f";
        (int code, string output, string err) = await rig.RunAsync("status", "pg-demo", "--verbose");
        Assert.Equal(4, code);
        Assert.Contains($"[{errorId}]", err);
        Assert.DoesNotContain("secret-token", output + err);
        (code, output, err) = await rig.RunAsync("failover", "pg-demo", "--yes", "--verbose");
        Assert.Equal(3, code);
        Assert.Contains($"[{errorId}]", output);
        Assert.DoesNotContain("secret-token", output + err);
    }

    [Fact]
    public async Task An_option_that_would_swallow_another_one_is_a_usage_error()
    {
        using CliRig rig = new();
        await rig.RegisterAsync();
        foreach (string[] arguments in new[] { ["--reason", "--what-if"], ["--change-reference", "--yes"], new[] { "--reason", "-y", "--what-if" } })
        {
            (int code, _, string err) = await rig.RunAsync(["switchover", "pg-demo", "--to", "recovery", "--yes", .. arguments]);
            Assert.True(code == 2, $"{string.Join(' ', arguments)}: {code} {err}");
            Assert.Contains($"Option '{arguments[0]}' needs a value, and '{arguments[1]}' is another option.", err);
        }
        Assert.DoesNotContain(rig.Server.World.Requests, r => r.Method == "PUT");
    }

    [Fact]
    public async Task What_was_asked_wrongly_is_a_usage_error_and_no_finding_about_the_pair()
    {
        using CliRig rig = new();
        await rig.RegisterAsync();
        foreach ((string verb, string id) in new[] { ("switchover", "TargetMissing"), ("switchroute", "SideMissing") })
        {
            foreach (string about in new[] { "readiness", "plan" })
            {
                (int code, string output, string err) = await rig.RunAsync(about, "pg-demo", "--verb", verb);
                Assert.Equal((2, ""), (code, output));
                Assert.Contains($"[{id}]", err);
                Assert.Contains("--to recovery", err);
            }
        }
        Assert.Empty(rig.Server.World.Requests);
    }

    [Fact]
    public async Task A_misspelt_setting_is_named_with_what_was_meant()
    {
        using CliRig rig = new();
        (int code, _, string err) = await rig.RunAsync("pair", "register", "a", "--provider", "PostgreSql", "--recovery", "b", "--setting", "primaryConection=Host=x", "--setting", "recoveryConnection=Host=y");
        Assert.Equal(2, code);
        Assert.Contains("'primaryConection' is no setting of PostgreSql ('primaryConnection' was meant?)", err);
        Assert.Contains("[PairInvalid]", err);
    }

    [Fact]
    public async Task What_scripts_say_everywhere_is_understood_everywhere()
    {
        using CliRig rig = new();
        await rig.RegisterAsync();
        Assert.Equal(0, (await rig.RunAsync("switchover", "pg-demo", "--to", "recovery", "--yes")).Code);
        (int code, string output, _) = await rig.RunAsync("operation", "list", "--pair", "pg-demo");
        Assert.Equal(0, code);
        Assert.Contains("switchover", output);
        Assert.DoesNotContain("switchover", (await rig.RunAsync("operation", "list", "--pair", "another")).Out);
        Assert.Equal(2, (await rig.RunAsync("operation", "list", "pg-demo", "--pair", "another")).Code);
        Assert.Equal(0, (await rig.RunAsync("pair", "remove", "pg-demo", "--yes")).Code);
    }

    [Fact]
    public async Task A_dead_server_is_told_with_its_address_and_nothing_was_sent()
    {
        using CliRig rig = new();
        await rig.RegisterAsync();
        rig.Server.Dispose();
        (int code, _, string err) = await rig.RunAsync("status", "pg-demo");
        Assert.Equal(4, code);
        Assert.Contains("VendorUnreachable", err);
        Assert.Contains("Nothing was sent", err);
    }

    [Fact]
    public async Task A_missing_token_names_the_variable()
    {
        using CliRig rig = new();
        await rig.RegisterAsync();
        rig.Environment["AIVEN_TOKEN"] = "";
        (int code, _, string err) = await rig.RunAsync("status", "pg-demo");
        Assert.Equal(4, code);
        Assert.Contains("AIVEN_TOKEN", err);
        Assert.Contains("[SecretMissing]", err);
    }

    [Fact]
    public async Task A_service_without_disaster_recovery_is_told_what_to_do()
    {
        using CliRig rig = new();
        (int code, _, string err) = await rig.RunAsync("pair", "register", "pg-single", "--project", "demo", "--endpoint", rig.Server.BaseAddress.ToString(), "--secret", "env:AIVEN_TOKEN");
        Assert.Equal(2, code);
        Assert.Contains("[NoRecoveryService]", err);
        (code, _, err) = await rig.RunAsync("pair", "register", "pg-demo-dr", "--project", "demo", "--endpoint", rig.Server.BaseAddress.ToString(), "--secret", "env:AIVEN_TOKEN");
        Assert.Equal(2, code);
        Assert.Contains("[SidesSwapped]", err);
    }

    [Fact]
    public async Task Plain_http_is_refused_except_on_loopback()
    {
        using CliRig rig = new();
        (int code, _, string err) = await rig.RunAsync("pair", "register", "pg-demo", "--project", "demo", "--endpoint", "http://192.0.2.1:8080", "--secret", "env:AIVEN_TOKEN");
        Assert.Equal(2, code);
        Assert.Contains("[EndpointNotSecure]", err);
    }

    [Fact]
    public async Task A_typo_in_the_pair_file_is_told_with_line_and_field()
    {
        using CliRig rig = new();
        await rig.RegisterAsync();
        string[] lines = File.ReadAllLines(rig.PairFile);
        int line = Array.FindIndex(lines, l => l.Contains("\"quietTime\""));
        lines[line] = lines[line].Replace("quietTime", "quietTme");
        File.WriteAllLines(rig.PairFile, lines);
        (int code, _, string err) = await rig.RunAsync("status", "pg-demo");
        Assert.Equal(2, code);
        Assert.Contains("[PairFileInvalid]", err);
        Assert.Contains($"line {line + 1}", err);
        Assert.Contains("quietTme", err);
    }

    [Fact]
    public async Task Without_anybody_to_confirm_nothing_is_done()
    {
        using CliRig rig = new();
        await rig.RegisterAsync();
        (int code, string output, _) = await rig.RunAsync("switchover", "pg-demo", "--to", "recovery");
        Assert.Equal(3, code);
        Assert.Contains("[NotConfirmed]", output);
        Assert.Contains("--yes", output);
        Assert.DoesNotContain(rig.Server.World.Requests, r => r.Changing);
    }

    [Theory]
    [InlineData("failover")]
    [InlineData("switchover", "--to", "recovery")]
    [InlineData("restore", "--take-over")]
    public async Task What_if_prints_the_plan_and_sends_no_change(string verb, params string[] more)
    {
        using CliRig rig = new();
        await rig.RegisterAsync();
        (_, string output, _) = await rig.RunAsync([verb, "pg-demo", "--what-if", .. more]);
        Assert.Contains("PUT role=", output);
        Assert.DoesNotContain(rig.Server.World.Requests, r => r.Changing);
    }

    [Fact]
    public async Task Every_answer_is_there_as_JSON_and_standard_output_holds_nothing_else()
    {
        using CliRig rig = new();
        await rig.RegisterAsync();
        foreach (string[] arguments in new[]
        {
            ["status", "pg-demo", "--json"], ["plan", "pg-demo", "--json"], ["readiness", "pg-demo", "--json"], ["pair", "list", "--json"], ["pair", "show", "pg-demo"],
            ["switchover", "pg-demo", "--to", "recovery", "--yes", "--json"], new[] { "operation", "list", "--json" },
        })
        {
            (_, string output, string err) = await rig.RunAsync(arguments);
            using JsonDocument parsed = JsonDocument.Parse(output);
            Assert.True(parsed.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array, err);
        }
    }

    [Fact]
    public async Task Another_operator_at_the_same_time_ends_with_6()
    {
        using CliRig rig = new(s => s with { RebuildSeconds = 3600 });
        await rig.RegisterAsync();
        await rig.RunAsync("failover", "pg-demo", "--yes", "--allow-data-loss", "--give-up-healthy-primary");
        Task<SimulatorRequest> asked = rig.Server.World.NextRequestAsync(r => r.Changing);
        using CrdrProcess first = rig.Start("restore", "pg-demo", "--yes");
        await asked;
        (int code, string output, _) = await rig.RunAsync("restore", "pg-demo", "--yes");
        Assert.Equal(6, code);
        Assert.Contains("[PairBusy]", output);
        Assert.Contains($"process {first.Id}", output);
        (_, output, _) = await rig.RunAsync("status", "pg-demo");
        Assert.Contains($"(process {first.Id}) runs", output);
        Assert.Contains("crdr operation wait", output);
        Assert.Equal(6, (await rig.RunAsync("switchover", "pg-demo", "--to", "recovery", "--yes")).Code);
    }

    [Fact]
    public async Task Many_pairs_are_seen_at_once_and_one_bad_pair_hurts_no_other()
    {
        using CliRig rig = new();
        await rig.RegisterAsync();
        string text = File.ReadAllText(rig.PairFile);
        int begin = text.IndexOf('{', text.IndexOf('[')), end = text.LastIndexOf('}', text.LastIndexOf(']'));
        string pair = text[begin..(end + 1)];
        string bad = pair.Replace("\"name\": \"pg-demo\",\n      \"provider\"", "\"name\": \"bad\",\n      \"provider\"").Replace("env:AIVEN_TOKEN", "env:NOT_SET");
        Assert.NotEqual(pair, bad);
        File.WriteAllText(rig.PairFile, text[..begin] + bad + "," + text[begin..]);
        (int code, string output, string err) = await rig.RunAsync("status", "--all", "--json");
        Assert.Equal(4, code);
        Assert.Contains("Protected", output);
        Assert.Contains("bad: ", err);
    }

    [Fact]
    public async Task The_drill_runs_out_of_the_box_passes_and_leaves_its_reports()
    {
        using CliRig rig = new();
        string reports = Path.Combine(rig.Folder, "reports");
        (int code, string output, string err) = await rig.RunAsync("drill", "--report", reports, "--rebuild-seconds", "0.5");
        Assert.True(code == 0, output + err);
        Assert.Contains("The drill passed", output);
        string markdown = File.ReadAllText(Directory.GetFiles(reports, "*.md").Single());
        Assert.Contains("PUT role=failed on pg-demo", markdown);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Directory.GetFiles(reports, "*.json").Single()));
        Assert.True(json.RootElement.GetProperty("passed").GetBoolean());
        Assert.True(json.RootElement.GetProperty("loss").GetProperty("writes").GetInt64() >= 0);
    }

    [Fact]
    public async Task A_drill_that_misses_its_objective_fails_with_4()
    {
        using CliRig rig = new();
        (int code, string output, _) = await rig.RunAsync("drill", "--report", Path.Combine(rig.Folder, "r"), "--rebuild-seconds", "0.5", "--rto", "0.001");
        Assert.Equal(4, code);
        Assert.Contains("DID NOT HOLD: RecoveryTime", output);
    }
}
