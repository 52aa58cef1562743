using CrdrTools.Core.Operations;
using CrdrTools.Core.Routes;
using CrdrTools.Core.Routes.PgBouncer;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.PgBouncer;

public class PgConsoleTests
{
    private static Dictionary<string, string> Settings(int port) => new()
    {
        ["consoles"] = $"127.0.0.1:{port}", ["database"] = "app", ["config"] = "/nowhere/pgbouncer.ini", ["primaryHost"] = "10.0.0.1:5432", ["recoveryHost"] = "10.0.0.2:5432", ["timeoutSeconds"] = "5",
    };

    private static PgBouncerRoute Route(int port) => new(new CrdrRoute { Name = "pool", Type = "PgBouncer", Settings = Settings(port) }, new RelayHost());

    private static Task<PgConsole> OpenAsync(int port, double seconds = 20, CancellationToken ct = default) =>
        PgConsole.OpenAsync(new ConsoleAddress("127.0.0.1", port), "admin", null, TimeSpan.FromSeconds(seconds), ct);

    /// <summary>As a newer version answers: other columns, and a state of the whole.</summary>
    private static (string[], string?[][])? Newer(string command, string paused, string active, string[][] servers) => command switch
    {
        "SHOW DATABASES" => (["name", "host", "port", "reserve_pool_size", "load_balance_hosts", "current_client_connections", "paused", "disabled"],
            [["pgbouncer", null, "6432", "0", null, "0", "0", "0"], ["app", "10.0.0.1", "5432", "0", null, "3", paused, "0"]]),
        "SHOW STATE" => (["key", "value"], [["active", active], ["paused", active == "yes" ? "no" : "yes"], ["suspended", "no"]]),
        "SHOW SERVERS" => (["type", "database", "replication", "state", "addr", "port", "close_needed", "link", "id"], [.. servers]),
        "SHOW CONFIG" => (["key", "value", "default", "changeable"], [["query_wait_timeout", "120", "120", "yes"]]),
        _ => null,
    };

    [Fact]
    public async Task A_newer_version_that_is_paused_as_a_whole_lets_nobody_through()
    {
        using FakeConsole console = new("1.25.2/bouncer", c => Newer(c, "0", "no", []));
        CrdrRouteStatus seen = await Route(console.Port).ObserveAsync(CancellationToken.None);
        Assert.True(seen is { Verified: true, Target: null, Fenced: [Side.Primary, Side.Recovery] } && seen.Detail!.Contains("as a whole"), seen.Detail);
    }

    [Fact]
    public async Task A_newer_version_that_runs_leads_where_it_says()
    {
        using FakeConsole console = new("1.25.2/bouncer", c => Newer(c, "0", "yes", [["S", "app", "none", "active", "10.0.0.1", "5432", "0", "0x1", "7"]]));
        CrdrRouteStatus seen = await Route(console.Port).ObserveAsync(CancellationToken.None);
        Assert.True(seen is { Verified: true, Target: Side.Primary, Fenced: [] }, seen.Detail);
    }

    [Theory]
    [InlineData("active", "0x1", false)]
    [InlineData("tested", "", false)]
    [InlineData("being_canceled", "", false)]
    [InlineData("idle", "0x1", false)]
    [InlineData("idle", "", true)]
    [InlineData("new", "", true)]
    public async Task A_pause_is_a_fence_when_no_connection_may_carry_what_a_client_said(string state, string link, bool fenced)
    {
        using FakeConsole console = new("1.25.2/bouncer", c => Newer(c, "1", "yes", [["S", "app", "none", state, "10.0.0.1", "5432", "0", link, "7"], ["S", "other", "none", "active", "10.0.0.1", "5432", "0", "0x2", "8"]]));
        CrdrRouteStatus seen = await Route(console.Port).ObserveAsync(CancellationToken.None);
        Assert.Equal(fenced, seen.Fenced.Count == 2);
    }

    [Fact]
    public async Task An_older_version_is_not_asked_what_it_does_not_know()
    {
        using FakeConsole console = new("1.18.0/bouncer", c => Newer(c, "0", "yes", []));
        await Route(console.Port).ObserveAsync(CancellationToken.None);
        Assert.DoesNotContain("SHOW STATE", console.Asked);
    }

    [Fact]
    public async Task Who_listens_and_says_nothing_is_left_after_the_limit()
    {
        using FakeConsole silent = new(null);
        Assert.Equal("PgBouncerTimeout", (await Assert.ThrowsAsync<CrdrException>(() => OpenAsync(silent.Port, seconds: 0.2))).ErrorId);
    }

    [Fact]
    public async Task Who_is_stopped_stops_at_once()
    {
        using FakeConsole silent = new(null);
        using CancellationTokenSource stop = new();
        Task<PgConsole> opening = OpenAsync(silent.Port, seconds: 600, stop.Token);
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
    }

    [Fact]
    public async Task Nobody_there_is_said_so() =>
        Assert.Equal("PgBouncerUnreachable", (await Assert.ThrowsAsync<CrdrException>(() => OpenAsync(Free.Port()))).ErrorId);

    [Fact]
    public async Task What_speaks_another_protocol_is_no_console()
    {
        using FakeConsole other = new(null, raw: [.. "HTTP/1.1 400 Bad Request\r\n\r\n"u8]);
        Assert.Equal("PgBouncerBadReply", (await Assert.ThrowsAsync<CrdrException>(() => OpenAsync(other.Port))).ErrorId);
    }

    [Theory]
    [InlineData("consoles", "")]
    [InlineData("consoles", "host:port")]
    [InlineData("consoles", "/a-folder-that-is-too-long/a-folder-that-is-too-long/a-folder-that-is-too-long/a-folder-that-is-too-long")]
    [InlineData("database", "")]
    [InlineData("database", "pgbouncer")]
    [InlineData("config", "")]
    [InlineData("primaryHost", "10.0.0.1")]
    [InlineData("recoveryHost", "10.0.0.1:5432")]
    [InlineData("password", "s3cret")]
    [InlineData("pauseSeconds", "-1")]
    [InlineData("timeoutSeconds", "0")]
    [InlineData("pausSeconds", "3")]
    public void A_description_that_cannot_work_is_refused_before_it_is_needed(string setting, string value)
    {
        Dictionary<string, string> settings = Settings(6432);
        Assert.Null(RouteFactory.Complaint(new CrdrRoute { Name = "pool", Type = "PgBouncer", Settings = settings }));
        settings[setting] = value;
        string? complaint = RouteFactory.Complaint(new CrdrRoute { Name = "pool", Type = "PgBouncer", Settings = settings });
        Assert.Contains("'pool'", complaint);
        Assert.DoesNotContain("s3cret", complaint);
    }
}
