using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CrdrTools.Cli.Serve;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Serve;

/// <summary>What the server tells, over a real connection.</summary>
public class ServerTests
{
    private static readonly TimeSpan s_once = TimeSpan.FromHours(1);

    [Fact]
    public async Task Two_hundred_clients_that_ask_at_once_ask_nothing_of_the_vendor()
    {
        await using ServeRig rig = await ServeRig.StartAsync(TimeSpan.FromSeconds(2));
        await rig.UntilSeenAsync();
        rig.Simulator.World.ClearRequests();
        HttpStatusCode[] codes = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i => (await rig.Client.GetAsync(i % 2 == 0 ? "/connection?pair=pg-demo" : "/connection?pair=crdb-demo")).StatusCode));
        Assert.All(codes, c => Assert.Equal(HttpStatusCode.OK, c));
        // The watch itself looks at each of two pairs once in two seconds: 2 requests, and 5.
        Assert.InRange(rig.Simulator.World.Requests.Count, 0, 30);
    }

    [Fact]
    public async Task The_api_away_the_last_truth_is_told_with_its_age_and_after_a_restart_too()
    {
        await using ServeRig rig = await ServeRig.StartAsync();
        await rig.UntilSeenAsync();
        rig.Simulator.World.AddFault(new() { PathContains = "/v1/", Action = SimulatorFaultAction.Status, Status = 503 });
        await rig.UntilAsync(sights => sights.All(s => s.Trouble is not null));
        JsonElement away = await rig.Client.GetFromJsonAsync<JsonElement>("/connection?pair=pg-demo");
        Assert.Equal("pg-demo", away.GetProperty("member").GetString());
        await rig.ServeAsync(TimeSpan.FromSeconds(1));
        await rig.UntilAsync(sights => sights.All(s => s.LookedAt is not null && s.Status is null));
        HttpResponseMessage again = await rig.Client.GetAsync("/connection?pair=crdb-demo");
        JsonElement restarted = await again.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("crdb-demo", restarted.GetProperty("member").GetString());
        Assert.True(restarted.GetProperty("ageSeconds").GetDouble() > 0 && again.Headers.Age is not null);
        await rig.UntilAsync(_ => rig.Tower.Up > TimeSpan.FromSeconds(4));
        HttpResponseMessage health = await rig.Client.GetAsync("/health");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "blind"), (health.StatusCode, (await health.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString()));
    }

    [Theory]
    [InlineData("pg-demo", "google-europe-west1")]
    [InlineData("crdb-demo", "europe-west1")]
    public async Task S06_A_primary_that_was_given_up_is_never_named_also_when_it_answers_again(string pair, string region)
    {
        await using ServeRig rig = await ServeRig.StartAsync();
        await rig.UntilSeenAsync();
        rig.Simulator.World.SetOutage(region, true);
        await rig.UntilAsync(sights => sights.Single(s => s.Pair == pair).Status!.Phase == CrdrPhase.NoWriter);
        // While nobody takes writes the last truth stays, and it is the primary: where else should they go.
        CrdrOperation failover = await rig.RunAsync(pair, new() { Verb = CrdrVerb.Failover, AllowDataLoss = true, AllowUnfenced = true });
        Assert.True(failover.Outcome == CrdrOutcome.Succeeded || failover.ErrorId == "ObligationLeft", failover.Message);
        await rig.UntilAsync(sights => sights.Single(s => s.Pair == pair).Active == Side.Recovery);
        rig.Simulator.World.SetOutage(region, false);
        int looks = rig.Simulator.World.Requests.Count;
        await rig.UntilAsync(_ => rig.Simulator.World.Requests.Count > looks + 20);
        JsonElement told = await rig.Client.GetFromJsonAsync<JsonElement>($"/connection?pair={pair}");
        Assert.Equal(("Recovery", 1), (told.GetProperty("active").GetString(), told.GetProperty("hosts").GetArrayLength()));
        // A restart knows it too, and also when the recovery side cannot be seen.
        rig.Simulator.World.AddFault(new() { PathContains = pair == "pg-demo" ? "/service/pg-demo-dr" : $"/clusters/{rig.Simulator.World.Clusters.Single(c => c.Name == "crdb-demo-dr").Id}", Action = SimulatorFaultAction.Status, Status = 503 });
        await rig.ServeAsync(TimeSpan.FromSeconds(1));
        await rig.UntilAsync(sights => sights.Single(s => s.Pair == pair).LookedAt is not null);
        Assert.Equal("Recovery", (await rig.Client.GetFromJsonAsync<JsonElement>($"/connection?pair={pair}")).GetProperty("active").GetString());
    }

    [Fact]
    public async Task A_template_is_filled_from_the_body_and_credentials_in_headers_are_not_read()
    {
        await using ServeRig rig = await ServeRig.StartAsync(s_once);
        await rig.UntilSeenAsync();
        HttpResponseMessage filled = await rig.Client.PostAsJsonAsync("/connection", new { pair = "pg-demo", template = "postgresql://{user}:{password}@{hosts}/app", values = new { user = "me", password = "p@ss/w:rd" } });
        Assert.StartsWith("postgresql://me:p%40ss%2Fw%3Ard@pg-demo", (await filled.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("connectionString").GetString());
        using HttpRequestMessage old = new(HttpMethod.Get, "/connection?pair=pg-demo") { Headers = { { "X-DB-Username", "me" }, { "X-DB-Password", "sesame-7" } } };
        Assert.DoesNotContain("sesame-7", await (await rig.Client.SendAsync(old)).Content.ReadAsStringAsync());
        HttpResponseMessage broken = await rig.Client.PostAsync("/connection", new StringContent("{\"password\": \"sesame-7\""));
        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
        Assert.DoesNotContain("sesame-7", await broken.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await rig.Client.GetAsync("/connection?pair=nobody")).StatusCode);
        Assert.Equal("PairMissing", (await (await rig.Client.GetAsync("/connection")).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetString());
    }

    [Fact]
    public async Task With_a_token_nobody_is_answered_without_it()
    {
        const string token = "a-token-of-more-than-16";
        await using ServeRig rig = await ServeRig.StartAsync(s_once, token);
        foreach (string path in new[] { "/", "/health", "/pairs", "/metrics", "/connection?pair=pg-demo", "/fragment" })
            Assert.Equal(HttpStatusCode.Unauthorized, (await rig.Client.GetAsync(path)).StatusCode);
        rig.Client.DefaultRequestHeaders.Authorization = new("Bearer", token + "x");
        Assert.Equal(HttpStatusCode.Unauthorized, (await rig.Client.GetAsync("/pairs")).StatusCode);
        rig.Client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        Assert.Equal(HttpStatusCode.OK, (await rig.Client.GetAsync("/pairs")).StatusCode);
        rig.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("anybody:" + token)));
        Assert.Equal(HttpStatusCode.OK, (await rig.Client.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task A_name_that_was_made_to_lead_to_loopback_is_not_answered()
    {
        await using ServeRig rig = await ServeRig.StartAsync(s_once);
        using HttpRequestMessage request = new(HttpMethod.Get, "/pairs") { Headers = { Host = "evil.example" } };
        Assert.Equal(HttpStatusCode.MisdirectedRequest, (await rig.Client.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("0.0.0.0:1", null, null, "anybody could ask")]
    [InlineData("0.0.0.0:1", "a-token-of-more-than-16", null, "could be overheard")]
    [InlineData("127.0.0.1:1", "short", null, "shorter than 16")]
    [InlineData("nowhere", null, null, "no address with a port")]
    public void Elsewhere_than_on_loopback_it_takes_a_token_and_tls(string listen, string? token, string? certificate, string why)
    {
        CrdrException e = Assert.Throws<CrdrException>(() => new ServeOptions(ServeOptions.Read(listen), token, certificate, null).Require());
        Assert.Equal("ServeOptionsInvalid", e.ErrorId);
        Assert.Contains(why, e.Message);
    }

    [Fact]
    public async Task Metrics_are_what_prometheus_reads()
    {
        await using ServeRig rig = await ServeRig.StartAsync(s_once);
        await rig.UntilSeenAsync();
        string text = await rig.Client.GetStringAsync("/metrics");
        Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Matches(@"^(# (HELP|TYPE) crdr_[a-z_]+ .+|crdr_[a-z_]+(\{[a-z]+=""[^""]*""(,[a-z]+=""[^""]*"")*\})? -?[0-9.]+)$", line));
        Assert.Contains("crdr_pair_phase{pair=\"pg-demo\",phase=\"Protected\"} 1", text);
        Assert.Contains("crdr_pair_active{pair=\"crdb-demo\",side=\"Primary\"} 1", text);
        // What the vendor does not tell is not there, and is not zero.
        Assert.DoesNotMatch(new Regex("crdr_replication_lag_seconds\\{pair=\"pg-demo\""), text);
        Assert.Matches(new Regex("crdr_replication_lag_seconds\\{pair=\"crdb-demo\""), text);
    }
}
