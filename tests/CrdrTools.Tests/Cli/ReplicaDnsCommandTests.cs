using System.Text.Json;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Cli;

/// <summary><c>crdr replica-dns</c> on a vendor's own read-only name: told, switched, refused, and the exit codes of each.</summary>
public sealed class ReplicaDnsCommandTests : IDisposable
{
    private const string Host = "ha-replica-pg-demo-demo.aivencloud.invalid";
    private readonly CliRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task It_is_switched_on_seen_and_switched_off()
    {
        await _rig.RegisterAsync();
        (int code, string output, string err) = await _rig.RunAsync("replica-dns", "status", "pg-demo");
        Assert.True(code == 0, output + err);
        Assert.Matches(@"pg-demo\s+pg-demo\s+off\s+nothing\s+pg-demo-2: healthy", output);
        Assert.Contains("Next: Switch it on: crdr replica-dns enable pg-demo --side primary", output);

        (code, output, err) = await _rig.RunAsync("replica-dns", "enable", "pg-demo");
        Assert.True(code == 0, output + err);
        Assert.Matches($@"{Host}:\d+\s+not told", output);
        Assert.Contains($"pg-demo: postgres://avnadmin@{Host}:", output);

        (code, _, err) = await _rig.RunAsync("replica-dns", "enable", "pg-demo");
        Assert.Equal(0, code);
        Assert.Contains("The read-only name of pg-demo is on already: nothing was asked for.", err);

        (code, output, _) = await _rig.RunAsync("replica-dns", "status", "--all", "--json");
        Assert.Equal(0, code);
        JsonElement[] both = [.. JsonDocument.Parse(output).RootElement.EnumerateArray()];
        Assert.Equal([("Primary", true), ("Recovery", false)], both.Select(d => (d.GetProperty("side").GetString()!, d.GetProperty("enabled").GetBoolean())));
        Assert.Equal(Host, both[0].GetProperty("host").GetString());
        Assert.False(both[0].TryGetProperty("target", out _));

        (code, _, err) = await _rig.RunAsync("replica-dns", "disable", "pg-demo");
        Assert.Equal(3, code);
        Assert.Contains("readers that use it lose it", err);
        Assert.Contains("[NotConfirmed]", err);
        Assert.Equal(1, Changes);
        (code, output, _) = await _rig.RunAsync("replica-dns", "disable", "pg-demo", "--yes", "--json");
        Assert.Equal(0, code);
        Assert.False(JsonDocument.Parse(output).RootElement[0].GetProperty("enabled").GetBoolean());
        Assert.Equal(2, Changes);
    }

    [Fact]
    public async Task The_command_that_a_status_prints_switches_it_on()
    {
        await _rig.RegisterAsync();
        (_, string output, _) = await _rig.RunAsync("replica-dns", "status", "pg-demo");
        string printed = output.Split('\n').Single(l => l.StartsWith("Next: ", StringComparison.Ordinal)).Split("Switch it on: ")[1].Split(';')[0];
        Assert.Equal(0, (await _rig.RunAsync(printed.Split(' ')[1..])).Code);
        Assert.Equal("replica", _rig.Server.World.Resolve(Host)!.LeadsTo);
    }

    [Fact]
    public async Task The_other_side_is_named_and_several_pairs_are_switched_where_one_is_refused()
    {
        await _rig.RegisterAsync();
        (int code, string output, string err) = await _rig.RunAsync("replica-dns", "enable", "pg-demo", "--side", "recovery", "--json");
        Assert.True(code == 0, output + err);
        Assert.Equal("pg-demo-dr", JsonDocument.Parse(output).RootElement[0].GetProperty("service").GetString());

        string[] single = ["pair", "register", "pg-single", "--project", "demo", "--recovery", "not-there", "--endpoint", _rig.Server.BaseAddress.ToString(), "--secret", "env:AIVEN_TOKEN"];
        (code, _, err) = await _rig.RunAsync(single);
        Assert.True(code == 0, err);
        (code, _, err) = await _rig.RunAsync("replica-dns", "enable", "pg-single");
        Assert.Equal(3, code);
        Assert.Contains("pg-single has the plan startup-4: only business and premium plans have the read-only name", err);
        Assert.Contains("[ReplicaDnsNotAllowed]", err);
        (code, output, err) = await _rig.RunAsync("replica-dns", "enable", "pg-single", "pg-demo");
        Assert.Equal(4, code);
        Assert.Contains(Host, output);
        Assert.Contains("pg-single:", err);
        (_, output, _) = await _rig.RunAsync("replica-dns", "status", "pg-single");
        Assert.Contains("pg-single: cannot be switched on: pg-single has the plan startup-4", output);
    }

    [Fact]
    public async Task What_goes_wrong_has_its_exit_code()
    {
        await _rig.RegisterAsync();
        Assert.Equal(2, (await _rig.RunAsync("replica-dns", "enable")).Code);
        Assert.Equal(2, (await _rig.RunAsync("replica-dns", "status")).Code);
        Assert.Equal(2, (await _rig.RunAsync("replica-dns", "enable", "nope")).Code);
        Assert.Equal(2, (await _rig.RunAsync("replica-dns", "enable", "pg-demo", "--side", "left")).Code);
        Assert.Equal(2, (await _rig.RunAsync("replica-dns", "disable", "pg-demo", "--forget", "pg-demo-2", "--yes")).Code);
        (int code, _, string err) = await _rig.RunAsync("replica-dns", "enable", "pg-demo", "--forget", "pg-demo-2");
        Assert.Equal(2, code);
        Assert.Contains("[ReplicaDnsStandbysNotOurs]", err);
        _rig.Server.World.AddFault(new() { Kind = "ServiceUpdate", Action = SimulatorFaultAction.Status, Status = 403 });
        Assert.Equal(4, (await _rig.RunAsync("replica-dns", "enable", "pg-demo")).Code);
        _rig.Server.World.ClearFaults();
        _rig.Server.World.RemoveService("demo", "pg-demo-dr");
        Assert.Equal(0, (await _rig.RunAsync("replica-dns", "status", "pg-demo")).Code);
        _rig.Environment["AIVEN_TOKEN"] = "wrong";
        Assert.Equal(4, (await _rig.RunAsync("replica-dns", "status", "pg-demo")).Code);
        Assert.Equal(1, Changes);
    }

    [Fact]
    public async Task All_pairs_are_those_that_can_have_one()
    {
        await _rig.RegisterAsync();
        (int code, _, string err) = await _rig.RunAsync("pair", "register", "crdb-demo", "--name", "crdb", "--provider", "CockroachCloud", "--endpoint", _rig.Server.BaseAddress.ToString(), "--secret", "env:AIVEN_TOKEN");
        Assert.True(code == 0, err);
        (code, string output, err) = await _rig.RunAsync("replica-dns", "status", "--all");
        Assert.Equal((0, ""), (code, err.Trim()));
        Assert.DoesNotContain("crdb", output);
        (code, _, err) = await _rig.RunAsync("replica-dns", "status", "crdb");
        Assert.Equal(2, code);
        Assert.Contains("[ReplicaDnsNotOffered]", err);
    }

    private int Changes => _rig.Server.World.Requests.Count(r => r.Changing);
}
