using System.Text.Json;
using System.Text.Json.Nodes;

namespace CrdrTools.Tests.Cli;

/// <summary><c>crdr route</c> on a pair whose clients are sent by a program: where it leads is seen, mended, and never sent astray by mistake.</summary>
public sealed class RouteCommandTests : IDisposable
{
    private readonly CliRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task The_routes_of_a_pair_are_shown_without_a_token_and_without_asking_the_vendor()
    {
        await BeginAsync();
        _rig.Environment["AIVEN_TOKEN"] = "";
        (int code, string output, string err) = await _rig.RunAsync("route", "status", "pg-demo");
        Assert.True(code == 0, output + err);
        Assert.Matches(@"pg-demo\s+app\s+Command\s+Primary\s+yes", output);
        (code, output, _) = await _rig.RunAsync("route", "status", "--all", "--json");
        Assert.Equal(0, code);
        JsonElement route = JsonDocument.Parse(output).RootElement.EnumerateArray().Single();
        Assert.Equal(("pg-demo", "app", "Primary", true), (route.GetProperty("pair").GetString(), route.GetProperty("name").GetString(), route.GetProperty("target").GetString(), route.GetProperty("verified").GetBoolean()));
        Assert.Empty(_rig.Server.World.Requests);
    }

    [Fact]
    public async Task A_route_that_cannot_be_seen_ends_with_4_and_is_a_row_all_the_same()
    {
        await BeginAsync();
        File.Delete(At("route.sh"));
        (int code, string output, _) = await _rig.RunAsync("route", "status", "pg-demo");
        Assert.Equal(4, code);
        Assert.Matches(@"app\s+Command\s+not known\s+NO", output);
        (code, output, _) = await _rig.RunAsync("status", "pg-demo");
        Assert.Equal(4, code);
        Assert.Contains("Route app: leads nowhere that can be told, not seen", output);
        // Why is a finding, said once; and what to do is a command that works.
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(output, "route.sh"));
        Assert.Matches(@"Error: Route app: .*route\.sh.*\[RouteNotSeen\]", output);
        Assert.Contains("Next: Route app: where clients are sent cannot be told, so that they may not reach pg-demo. Bring back what does not answer", output);
        Assert.Contains("      crdr route status pg-demo\n", output);
        (code, output, _) = await _rig.RunAsync("readiness", "pg-demo", "--verb", "switchover", "--to", "recovery");
        Assert.Equal(3, code);
        Assert.Matches("block RoutesReady: route app: app cannot be asked", output);
    }

    [Fact]
    public async Task A_pair_without_routes_says_so_and_an_unknown_pair_is_a_usage_error()
    {
        await _rig.RegisterAsync();
        (int code, string output, _) = await _rig.RunAsync("route", "status", "pg-demo");
        Assert.Equal(0, code);
        Assert.Contains("pg-demo has no routes.", output);
        Assert.Equal(2, (await _rig.RunAsync("route", "status", "nope")).Code);
        Assert.Equal(2, (await _rig.RunAsync("route", "status")).Code);
        Assert.Equal(2, (await _rig.RunAsync("route", "switch", "pg-demo", "--to", "recovery", "--yes")).Code);
    }

    [Fact]
    public async Task Clients_are_not_sent_to_the_passive_side_unless_it_is_called_by_its_name()
    {
        await BeginAsync();
        (int code, string output, _) = await _rig.RunAsync("route", "switch", "pg-demo", "--to", "recovery", "--yes");
        Assert.Equal(3, code);
        Assert.Contains("TargetTakesWrites: pg-demo-dr is not seen taking writes, pg-demo does", output);
        Assert.Contains("--allow-inactive pg-demo-dr", output);
        Assert.Equal("primary", Target);
        Assert.Equal(3, (await _rig.RunAsync("route", "switch", "pg-demo", "--to", "recovery", "--yes", "--allow-inactive", "pg-demo")).Code);
        Assert.Equal("primary", Target);

        (code, output, _) = await _rig.RunAsync("route", "switch", "pg-demo", "--to", "recovery", "--name", "APP", "--yes", "--allow-inactive", "pg-demo-dr", "--json");
        Assert.True(code == 0, output);
        Assert.Equal("recovery", Target);
        JsonElement operation = JsonDocument.Parse(output).RootElement;
        Assert.Equal(("SwitchRoute", "Succeeded", "TargetTakesWrites"), (operation.GetProperty("verb").GetString(), operation.GetProperty("outcome").GetString(), operation.GetProperty("overrides")[0].GetProperty("name").GetString()));
        Assert.DoesNotContain(_rig.Server.World.Requests, r => r.Changing);
        string report = At("report.md");
        (code, output, string err) = await _rig.RunAsync("report", operation.GetProperty("id").GetString()!, "--format", "markdown", "--out", report);
        Assert.True(code == 0, output + err);
        Assert.StartsWith("# Switch of routes of pg-demo", File.ReadAllText(report));
    }

    [Fact]
    public async Task The_command_that_a_status_prints_leads_clients_back_to_the_writer()
    {
        await BeginAsync();
        File.WriteAllText(At("target"), "recovery");
        (_, string output, _) = await _rig.RunAsync("status", "pg-demo", "--json");
        JsonElement status = JsonDocument.Parse(output).RootElement[0];
        Assert.Contains("RouteOffWriter", status.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("id").GetString()));
        string printed = status.GetProperty("nextActions")[0].GetProperty("crdr").GetString()!;
        Assert.Equal("crdr route switch pg-demo --to primary", printed);
        (int code, output, _) = await _rig.RunAsync([.. printed.Split(' ')[1..], "--yes"]);
        Assert.True(code == 0, output);
        Assert.Equal("primary", Target);
        (code, output, _) = await _rig.RunAsync("status", "pg-demo", "--json");
        Assert.Equal(0, code);
        Assert.DoesNotContain("RouteOffWriter", output);
    }

    [Fact]
    public async Task A_route_that_is_dead_is_refused_before_anything_begins_and_keeps_no_other_from_its_clients()
    {
        await BeginAsync();
        File.WriteAllText(At("target"), "recovery");
        JsonNode file = JsonNode.Parse(File.ReadAllText(_rig.PairFile))!;
        JsonNode dead = file["pairs"]![0]!["routes"]![0]!.DeepClone();
        (dead["name"], dead["observe"]) = ("web", new JsonArray(At("gone.sh")));
        file["pairs"]![0]!["routes"]!.AsArray().Insert(0, dead);
        File.WriteAllText(_rig.PairFile, file.ToJsonString());

        (int code, string output, _) = await _rig.RunAsync("route", "switch", "pg-demo", "--to", "primary", "--yes", "--json");
        Assert.Equal(3, code);
        JsonElement refused = JsonDocument.Parse(output).RootElement;
        Assert.Equal(("Refused", "RoutesReady"), (refused.GetProperty("outcome").GetString(), refused.GetProperty("errorId").GetString()));
        Assert.Equal("recovery", Target);
        (_, output, _) = await _rig.RunAsync("operation", "list", "--json");
        Assert.Empty(JsonDocument.Parse(output).RootElement.EnumerateArray());
        Assert.Equal("crdr route switch pg-demo --to primary --name app", refused.GetProperty("nextActions")[0].GetProperty("crdr").GetString());

        // A status prints what works, too.
        (code, output, _) = await _rig.RunAsync("status", "pg-demo", "--json");
        Assert.Equal(4, code);
        string printed = JsonDocument.Parse(output).RootElement[0].GetProperty("nextActions")[0].GetProperty("crdr").GetString()!;
        (code, output, _) = await _rig.RunAsync([.. printed.Split(' ')[1..], "--yes"]);
        Assert.True(code == 0, output);
        Assert.Equal("primary", Target);
    }

    [Fact]
    public async Task What_if_shows_the_plan_and_changes_nothing()
    {
        await BeginAsync();
        (int code, string output, _) = await _rig.RunAsync("route", "switch", "pg-demo", "--to", "recovery", "--what-if");
        Assert.Equal(3, code);
        Assert.Contains("Switch route app to the Recovery side", output);
        Assert.Equal("primary", Target);
    }

    [Fact]
    public async Task A_route_that_the_pair_does_not_have_is_a_usage_error_that_names_those_it_has()
    {
        await BeginAsync();
        (int code, string output, _) = await _rig.RunAsync("route", "switch", "pg-demo", "--to", "primary", "--name", "web", "--yes");
        Assert.Equal(2, code);
        Assert.Contains("has no route 'web'; it has: app", output);
        Assert.Contains("[RouteNotFound]", output);
    }

    private string Target => File.ReadAllText(At("target"));

    private string At(string file) => Path.Combine(_rig.Folder, file);

    private async Task BeginAsync()
    {
        await _rig.RegisterAsync();
        File.WriteAllText(At("target"), "primary");
        File.WriteAllText(At("fenced"), "");
        File.WriteAllText(At("route.sh"), """
            cd "$(dirname "$0")" || exit 9
            case "$1" in
              observe) echo "target=$(cat target)"; echo "fenced=$(cat fenced)" ;;
              fence) printf %s "$CRDR_SIDE" > fenced ;;
              unfence) [ "$(cat fenced)" = "$CRDR_SIDE" ] && printf "" > fenced ;;
              switch) printf %s "$CRDR_SIDE" > target; [ "$(cat fenced)" = "$CRDR_SIDE" ] && printf "" > fenced ;;
            esac
            exit 0
            """);
        JsonNode file = JsonNode.Parse(File.ReadAllText(_rig.PairFile))!;
        JsonArray Words(string verb) => ["/bin/sh", At("route.sh"), verb];
        file["pairs"]![0]!["routes"] = new JsonArray(new JsonObject
        {
            ["name"] = "app", ["type"] = "Command", ["observe"] = Words("observe"), ["fence"] = Words("fence"), ["unfence"] = Words("unfence"), ["switch"] = Words("switch"),
        });
        File.WriteAllText(_rig.PairFile, file.ToJsonString());
    }
}
