using System.Globalization;
using System.Text.RegularExpressions;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Routes;
using CrdrTools.Core.Routes.Rfc2136;
using CrdrTools.IntegrationTests.PgBouncer;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.Rfc2136;

public class DnsRouteTests
{
    private static readonly DnsValue s_db1 = DnsValue.Read(DnsType.Cname, "db1.example.test")!, s_db2 = DnsValue.Read(DnsType.Cname, "db2.example.test")!, s_db3 = DnsValue.Read(DnsType.Cname, "db3.example.test")!;

    private static CrdrRoute Described(string server, params (string Key, string Value)[] more)
    {
        Dictionary<string, string> settings = new()
        {
            ["server"] = server, ["zone"] = "example.test", ["name"] = "app.example.test", ["type"] = "CNAME", ["primaryValue"] = "db1.example.test", ["recoveryValue"] = "db2.example.test", ["ttl"] = "30",
            ["keyName"] = "crdr", ["key"] = "secret:key", ["timeoutSeconds"] = "20", ["verifySeconds"] = "60",
        };
        foreach ((string key, string value) in more) settings[key] = value;
        return new CrdrRoute { Name = "name", Type = "Dns", Settings = settings };
    }

    private static DnsRoute Route(string server, params (string Key, string Value)[] more) => Route(server, NameServer.Secret, null, more);

    private static DnsRoute Route(string server, string secret, TimeProvider? time = null, params (string Key, string Value)[] more) =>
        new(Described(server, more), new RelayHost { Secret = (_, _) => Task.FromResult<string?>(secret) }, time);

    private static Task<CrdrRouteStatus> LookAsync(DnsRoute route) => route.ObserveAsync(CancellationToken.None);

    private static async Task AssertLeadsToAsync(DnsRoute route, Side side)
    {
        CrdrRouteStatus seen = await LookAsync(route);
        Assert.True(seen is { Verified: true, Fenced: [] } && seen.Target == side, seen.Detail);
    }

    private static async Task<CrdrException> RefusedAsync(DnsRoute route, string errorId)
    {
        CrdrException error = await Assert.ThrowsAsync<CrdrException>(() => route.SwitchAsync(Side.Recovery));
        Assert.True(error.ErrorId == errorId, $"{error.ErrorId}: {error.Message}");
        Assert.DoesNotContain(NameServer.Secret, $"{error} {error.Advice}");
        return error;
    }

    [ServerFact("named")]
    public async Task A_name_is_moved_there_and_back_and_seen_there()
    {
        using NameServer server = NameServer.Primary();
        DnsRoute route = Route(server.Address);
        await AssertLeadsToAsync(route, Side.Primary);
        await route.SwitchAsync(Side.Recovery);
        await AssertLeadsToAsync(route, Side.Recovery);
        DnsRecord record = Assert.Single((await server.AskAsync("app.example.test", DnsType.Cname)).Answers);
        Assert.Equal(("db2.example.test.", 30u), (DnsRecord.Say(record.Type, record.Data), record.Ttl));
        await route.SwitchAsync(Side.Recovery);
        await route.SwitchAsync(Side.Primary);
        await AssertLeadsToAsync(route, Side.Primary);
    }

    [ServerFact("named", "dig")]
    public async Task Another_client_sees_the_same()
    {
        using NameServer server = NameServer.Primary();
        await Route(server.Address).SwitchAsync(Side.Recovery);
        Assert.Equal("db2.example.test.", await OwnedFolder.SaidAsync("dig", "+short", "+norec", "@127.0.0.1", "-p", $"{server.Port}", "app.example.test", "CNAME"));
    }

    [ServerFact("named")]
    public async Task A_longer_signature_is_made_too()
    {
        using NameServer server = NameServer.Primary();
        DnsRoute route = Route(server.Address, NameServer.LongSecret, null, ("keyName", "crdr-long"), ("keyAlgorithm", "hmac-sha512"));
        await route.SwitchAsync(Side.Recovery);
        await AssertLeadsToAsync(route, Side.Recovery);
    }

    [ServerFact("named")]
    public async Task Addresses_are_moved_as_a_set()
    {
        using NameServer server = NameServer.Primary();
        DnsRoute four = Route(server.Address, ("name", "addr.example.test"), ("type", "A"), ("primaryValue", "10.0.0.1"), ("recoveryValue", "10.0.1.2,10.0.1.1"));
        await AssertLeadsToAsync(four, Side.Primary);
        await four.SwitchAsync(Side.Recovery);
        await AssertLeadsToAsync(four, Side.Recovery);
        Assert.Equal(2, (await server.AskAsync("addr.example.test", DnsType.A)).Answers.Count);
        await four.SwitchAsync(Side.Primary);
        await AssertLeadsToAsync(four, Side.Primary);

        DnsRoute six = Route(server.Address, ("name", "new.example.test"), ("type", "AAAA"), ("primaryValue", "2001:db8::1"), ("recoveryValue", "2001:db8::2"));
        CrdrRouteStatus nothing = await LookAsync(six);
        Assert.True(nothing is { Verified: true, Target: null } && nothing.Detail!.Contains("leads to nothing"), nothing.Detail);
        await six.SwitchAsync(Side.Recovery);
        await AssertLeadsToAsync(six, Side.Recovery);
    }

    [ServerFact("named")]
    public async Task What_does_not_fit_a_datagram_goes_over_TCP()
    {
        using NameServer server = NameServer.Primary();
        string many = string.Join(",", Enumerable.Range(1, 60).Select(i => $"10.1.0.{i}"));
        DnsRoute route = Route(server.Address, ("name", "addr.example.test"), ("type", "A"), ("primaryValue", "10.0.0.1"), ("recoveryValue", many));
        await route.SwitchAsync(Side.Recovery);
        await AssertLeadsToAsync(route, Side.Recovery);
        Assert.Equal(60, (await server.AskAsync("addr.example.test", DnsType.A)).Answers.Count);
        await route.SwitchAsync(Side.Primary);
        await AssertLeadsToAsync(route, Side.Primary);
    }

    [ServerFact("named")]
    public async Task A_secret_that_is_another_is_told_and_changes_nothing()
    {
        using NameServer server = NameServer.Primary();
        await RefusedAsync(Route(server.Address, "d3Jvbmc="), "DnsBadSignature");
        Assert.EndsWith("does not know the key nobody (hmac-sha256).", (await RefusedAsync(Route(server.Address, ("keyName", "nobody")), "DnsUnknownKey")).Message);
        await RefusedAsync(Route(server.Address, ("keyAlgorithm", "hmac-sha512")), "DnsUnknownKey");
        await RefusedAsync(Route(server.Address, ("keyName", "stranger")), "DnsRefused");
        await RefusedAsync(Route(server.Address, "no base64!"), "DnsKeyInvalid");
        await AssertLeadsToAsync(Route(server.Address), Side.Primary);
    }

    [ServerFact("named")]
    public async Task A_signature_that_the_server_would_not_take_is_found_by_looking()
    {
        using NameServer server = NameServer.Primary();
        Assert.Empty((await LookAsync(Route(server.Address))).Findings);
        Assert.Empty((await LookAsync(Route(server.Address, NameServer.LongSecret, null, ("keyName", "crdr-long"), ("keyAlgorithm", "hmac-sha512")))).Findings);
        foreach ((DnsRoute wrong, string told) in new[]
        {
            (Route(server.Address, "d3Jvbmc="), "another secret"), (Route(server.Address, ("keyName", "nobody")), "does not know the key"), (Route(server.Address, "no base64!"), "is no base64"),
            (Route(server.Address, ""), "is not there"), (Route(server.Address, NameServer.Secret, new OffTime(TimeSpan.FromHours(1))), "refuses the signature's time"),
        })
        {
            CrdrRouteStatus seen = await LookAsync(wrong);
            CrdrFinding finding = Assert.Single(seen.Findings);
            Assert.True(finding is { Id: "RouteNotPermitted", Severity: FindingSeverity.Error } && finding.Message.Contains(told), finding.Message);
            // Where clients are sent can be told all the same.
            Assert.True(seen is { Verified: true, Target: Side.Primary, Unreached: [] }, seen.Detail);
        }
    }

    [ServerFact("named")]
    public async Task A_clock_that_is_off_is_told_with_the_servers_time()
    {
        using NameServer server = NameServer.Primary();
        CrdrException error = await RefusedAsync(Route(server.Address, NameServer.Secret, new OffTime(TimeSpan.FromHours(-1))), "DnsClockApart");
        DateTime theirs = DateTime.Parse(Regex.Match(error.Message, "it is (.*Z) there").Groups[1].Value, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
        Assert.InRange(DateTime.UtcNow - theirs, TimeSpan.FromMinutes(-30), TimeSpan.FromMinutes(30));
        await AssertLeadsToAsync(Route(server.Address), Side.Primary);
    }

    [ServerFact("named")]
    public async Task A_record_that_somebody_else_changed_meanwhile_is_left_alone()
    {
        using NameServer server = NameServer.Primary();
        DnsRoute route = Route(server.Address);
        CrdrException other = await Assert.ThrowsAsync<CrdrException>(() => route.ReplaceAsync(s_db3, s_db2));
        Assert.Equal("DnsRecordChanged", other.ErrorId);
        Assert.Contains("db3.example.test. before, and leads to db1.example.test. now", other.Message);
        CrdrException any = await Assert.ThrowsAsync<CrdrException>(() => route.ReplaceAsync(new DnsValue(DnsType.Cname, []), s_db2));
        Assert.Equal("DnsRecordChanged", any.ErrorId);
        await AssertLeadsToAsync(route, Side.Primary);

        await route.ReplaceAsync(s_db1, s_db3);
        CrdrRouteStatus foreign = await LookAsync(route);
        Assert.True(foreign is { Verified: true, Target: null } && foreign.Detail!.Contains("db3.example.test. (neither side)"), foreign.Detail);
    }

    [ServerFact("named")]
    public async Task A_secondary_that_lags_is_no_proof_until_it_has_it()
    {
        using NameServer primary = NameServer.Primary();
        using NameServer secondary = NameServer.SecondaryOf(primary);
        DnsRoute hasty = Route(primary.Address, ("servers", $"{primary.Address},{secondary.Address}"), ("verifySeconds", "0.3"));
        await AssertLeadsToAsync(hasty, Side.Primary);
        CrdrException error = await RefusedAsync(hasty, "DnsNotEverywhere");
        Assert.Contains($"{secondary.Address} still answers db1.example.test.", error.Message);
        CrdrRouteStatus seen = await LookAsync(hasty);
        Assert.True(seen is { Verified: false, Target: null } && seen.Detail!.Contains(secondary.Address), seen.Detail);

        Task patient = Route(primary.Address, ("servers", secondary.Address)).SwitchAsync(Side.Recovery);
        // One notice may come to nothing on a busy machine.
        do await secondary.NotifyAsync();
        while (await Task.WhenAny(patient, Task.Delay(TimeSpan.FromSeconds(1))) != patient);
        await patient;
        await AssertLeadsToAsync(hasty, Side.Recovery);
    }

    [ServerFact("named")]
    public async Task A_server_that_is_gone_is_named()
    {
        using NameServer primary = NameServer.Primary();
        using NameServer secondary = NameServer.SecondaryOf(primary);
        secondary.Stop();
        DnsRoute route = Route(primary.Address, ("servers", secondary.Address), ("verifySeconds", "0.3"));
        CrdrRouteStatus seen = await LookAsync(route);
        Assert.True(seen is { Verified: false, Target: Side.Primary } && seen.Detail!.Contains(secondary.Address), seen.Detail);
        Assert.Contains(secondary.Address, (await RefusedAsync(route, "DnsNotEverywhere")).Message);
        await AssertLeadsToAsync(Route(primary.Address), Side.Recovery);

        primary.Stop();
        await RefusedAsync(Route(primary.Address), "DnsUnreachable");
        Assert.False((await LookAsync(route)).Verified);
    }

    [ServerFact("named")]
    public async Task A_server_that_cannot_answer_is_named()
    {
        using NameServer primary = NameServer.Primary();
        primary.Stop();
        using NameServer empty = NameServer.SecondaryOf(primary);
        CrdrRouteStatus seen = await LookAsync(Route(empty.Address));
        Assert.True(seen is { Verified: false, Target: null } && seen.Detail!.Contains("SERVFAIL"), seen.Detail);
        await RefusedAsync(Route(empty.Address), "DnsServerFailed");
    }

    [ServerFact("named")]
    public async Task Who_does_not_answer_for_the_zone_is_not_asked_to_change_it()
    {
        using NameServer server = NameServer.Primary();
        CrdrRouteStatus seen = await LookAsync(Route(server.Address, ("zone", "elsewhere.test"), ("name", "app.elsewhere.test")));
        Assert.False(seen.Verified);
        Assert.Contains("REFUSED", seen.Detail);
        // The server has the zone above, and no zone of that name.
        CrdrException error = await Assert.ThrowsAsync<CrdrException>(() => Route(server.Address, ("zone", "sub.example.test"), ("name", "app.sub.example.test")).SwitchAsync(Side.Recovery));
        Assert.Equal("DnsNotAuthoritative", error.ErrorId);
    }

    [ServerFact("named")]
    public async Task A_record_of_another_type_under_the_name_is_told()
    {
        using NameServer server = NameServer.Primary();
        await RefusedAsync(Route(server.Address, ("name", "addr.example.test"), ("verifySeconds", "0.3")), "DnsNotApplied");
        DnsRoute route = Route(server.Address, ("type", "A"), ("primaryValue", "10.0.0.1"), ("recoveryValue", "10.0.0.2"));
        Assert.Contains("alias", (await LookAsync(route)).Detail);
        await RefusedAsync(route, "DnsOtherType");
    }

    [ServerFact("named")]
    public async Task What_clients_may_still_hold_is_told_as_a_time()
    {
        using NameServer server = NameServer.Primary();
        OffTime time = new(TimeSpan.Zero);
        DnsRoute route = Route(server.Address, NameServer.Secret, time);
        Assert.Contains("58 s at a time", (await LookAsync(route)).Detail);
        Assert.DoesNotContain("may go to", (await LookAsync(route)).Detail);
        await route.SwitchAsync(Side.Recovery);
        Assert.Matches("who looked it up before may go to db1.example.test. for another [1-5]?[0-9] s", (await LookAsync(route)).Detail);
        time.Offset = TimeSpan.FromSeconds(59);
        Assert.DoesNotContain("may go to", (await LookAsync(route)).Detail);
    }

    /// <summary>The first answer to the update is lost: the repetition finds what the first one did.</summary>
    [ServerFact("named")]
    public async Task An_update_whose_answer_was_lost_is_seen_done()
    {
        using NameServer server = NameServer.Primary();
        int updates = 0;
        using UdpRelay relay = new(async (asked, _) =>
        {
            byte[] answer = await UdpRelay.ForwardAsync(asked, server.Port);
            return DnsMessage.Read(asked).Opcode == 5 && ++updates == 1 ? [] : [answer];
        });
        DnsRoute route = Route(relay.Address);
        await route.SwitchAsync(Side.Recovery);
        Assert.Equal(2, updates);
        await AssertLeadsToAsync(route, Side.Recovery);
    }

    [ServerFact("named")]
    public async Task An_answer_that_anybody_could_have_sent_is_no_proof()
    {
        using NameServer server = NameServer.Primary();
        using UdpRelay relay = new(async (asked, _) =>
        {
            DnsMessage message = DnsMessage.Read(asked);
            return message.Opcode == 5 ? [new DnsMessage { Id = message.Id, Flags = 0x8000 | (5 << 11), Questions = message.Questions }.ToWire()] : [await UdpRelay.ForwardAsync(asked, server.Port)];
        });
        await RefusedAsync(Route(relay.Address), "DnsReplyNotSigned");
    }

    [ServerFact("named")]
    public async Task Answers_to_something_else_are_passed_over()
    {
        using NameServer server = NameServer.Primary();
        using UdpRelay relay = new(async (asked, _) =>
        {
            byte[] right = await UdpRelay.ForwardAsync(asked, server.Port), otherId = (byte[])right.Clone();
            otherId[0] ^= 1;
            DnsMessage read = DnsMessage.Read(right);
            byte[] otherName = (read with { Questions = [new(DnsName.Read("else.example.test")!, DnsType.Cname)] }).ToWire();
            return [otherId, [1, 2, 3], otherName, asked, right];
        });
        await AssertLeadsToAsync(Route(relay.Address), Side.Primary);
    }

    [Fact]
    public async Task Who_says_nothing_is_left_after_the_limit()
    {
        using UdpRelay silent = new((_, _) => Task.FromResult<IReadOnlyList<byte[]>>([]));
        await RefusedAsync(Route(silent.Address, ("timeoutSeconds", "0.2")), "DnsTimeout");
        using CancellationTokenSource stop = new();
        Task<CrdrRouteStatus> looking = Route(silent.Address, ("timeoutSeconds", "600")).ObserveAsync(stop.Token);
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => looking);
    }

    [Fact]
    public async Task What_cannot_be_read_is_said_so()
    {
        using UdpRelay garbage = new((asked, _) => Task.FromResult<IReadOnlyList<byte[]>>([[asked[0], asked[1], 0x84, 0, 0, 9]]));
        await RefusedAsync(Route(garbage.Address), "DnsBadReply");
    }

    [Fact]
    public async Task A_name_is_never_a_fence()
    {
        DnsRoute route = Route("127.0.0.1:1");
        await route.FenceAsync(Side.Primary, planned: true);
        await route.UnfenceAsync(Side.Primary);
        Assert.Empty((await LookAsync(route)).Fenced);
        Assert.False(route.CanFence);
    }

    [Fact]
    public void Only_routes_that_can_fence_are_asked_to()
    {
        CrdrRoute pool = new()
        {
            Name = "pool", Type = "PgBouncer", Settings = new Dictionary<string, string> { ["consoles"] = "127.0.0.1", ["database"] = "app", ["config"] = "/x", ["primaryHost"] = "a:1", ["recoveryHost"] = "b:1" },
        };
        CrdrPair pair = new() { Name = "p", Provider = "p", Primary = new() { Name = "a" }, Recovery = new() { Name = "b" }, Routes = [Described("127.0.0.1:1"), pool] };
        IReadOnlyList<IRoute> routes = RouteFactory.Create(pair, new RelayHost());
        Plan plan = Plan.Make(new CrdrRequest { Verb = CrdrVerb.Switchover }, new CrdrStatus
        {
            Pair = "p", Provider = "p", Phase = CrdrPhase.Protected, ObservedAt = default, Primary = new() { Side = Side.Primary, Name = "a" }, Recovery = new() { Side = Side.Recovery, Name = "b" },
        }, new OneMove(), routes);
        Assert.Equal(["fence-pool", "move", "switch-name", "switch-pool", "unfence-pool"], plan.Steps.Select(s => s.Id));
        Assert.Equal(routes.Select(r => r.CanFence), pair.Routes.Select(RouteFactory.CanFence));
    }

    [Theory]
    [InlineData("server", "host:port")]
    [InlineData("servers", "host:port")]
    [InlineData("zone", "")]
    [InlineData("name", "app.elsewhere.test")]
    [InlineData("name", "example.test")]
    [InlineData("type", "MX")]
    [InlineData("primaryValue", "a b")]
    [InlineData("recoveryValue", "DB1.example.test.")]
    [InlineData("ttl", "-1")]
    [InlineData("keyAlgorithm", "hmac-md5")]
    [InlineData("key", "c2VjcmV0")]
    [InlineData("verifySeconds", "0")]
    [InlineData("tll", "60")]
    public void A_description_that_cannot_work_is_refused_before_it_is_needed(string setting, string value)
    {
        Assert.Null(RouteFactory.Complaint(Described("127.0.0.1")));
        string? complaint = RouteFactory.Complaint(Described("127.0.0.1", (setting, value)));
        Assert.Contains("'name'", complaint);
        Assert.DoesNotContain("c2VjcmV0", complaint);
    }

    /// <summary>The real time, and some.</summary>
    private sealed class OffTime(TimeSpan offset) : TimeProvider
    {
        public TimeSpan Offset { get; set; } = offset;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
    }

    private sealed class OneMove : IPairSession
    {
        public bool Simulated => true;
        public PairWords Words { get; } = new();
        public Task<CrdrStatus> ObserveAsync(bool whole, CancellationToken ct) => throw new NotSupportedException();
        public IReadOnlyList<Step> Plan(CrdrRequest request, CrdrStatus start) => [new Move()];
        public CrdrLoss PlannedLoss(CrdrRequest request) => throw new NotSupportedException();
        public string? VendorCommand(CrdrRequest request) => null;

        private sealed class Move : Step
        {
            public override string Id => "move";
            public override string Effect => "moves the writes";
            public override bool MovesWrites => true;
            public override Verdict Judge(CrdrStatus now, bool asked = false) => new(StepState.NotBegun, "");
        }
    }
}
