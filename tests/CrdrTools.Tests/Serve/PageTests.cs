using CrdrTools.Core.Monitoring;

namespace CrdrTools.Tests.Serve;

/// <summary>The page for people, in a real browser.</summary>
public class PageTests
{
    [ChromiumFact]
    public async Task The_page_shows_a_failover_within_two_refreshes_on_a_desk_and_on_a_phone_light_and_dark_without_a_complaint()
    {
        await using ServeRig rig = await ServeRig.StartAsync();
        await rig.UntilSeenAsync();
        await using Chromium browser = await Chromium.StartAsync();
        await browser.SizeAsync(1200, 900, phone: false);
        await browser.GoAsync(rig.Address);
        Assert.Contains("all as they should be", (await browser.ValueAsync("document.body.innerText")).GetString());
        // It counts its own refreshes: each replaces what is in the middle.
        await browser.ValueAsync("window.refreshes = 0; new MutationObserver(() => window.refreshes++).observe(document.getElementById('pairs'), { childList: true })");

        rig.Simulator.World.SetOutage("google-europe-west1", true);
        await rig.UntilAsync(sights => sights.Single(s => s.Pair == "pg-demo").Status!.Phase == CrdrPhase.NoWriter);
        Assert.Equal(CrdrOutcome.Succeeded, (await rig.RunAsync("pg-demo", new() { Verb = CrdrVerb.Failover, AllowDataLoss = true })).Outcome);
        await rig.UntilAsync(sights => sights.Single(s => s.Pair == "pg-demo").Status!.Phase == CrdrPhase.FailedOver);
        await browser.ValueAsync("window.refreshes = 0");
        await browser.UntilAsync("window.refreshes >= 2");
        string shown = (await browser.ValueAsync("document.querySelector('[aria-labelledby=pair-pg-demo]').innerText")).GetString()!;
        Assert.Contains("FailedOver", shown);
        Assert.Contains("crdr restore pg-demo", shown);
        Assert.Matches(@"pg-demo-dr[\s\S]*takes writes", shown);
        Assert.StartsWith("pg-demo FailedOver", (await browser.ValueAsync("document.title")).GetString());
        // What needs somebody stands first, and the past is a picture with words.
        Assert.False((await browser.ValueAsync("document.querySelector('section .pill').classList.contains('good')")).GetBoolean());
        Assert.Contains("NoWriter", (await browser.ValueAsync("document.querySelector('[aria-labelledby=pair-pg-demo] svg').getAttribute('aria-label')")).GetString());

        string light = (await browser.ValueAsync("getComputedStyle(document.body).backgroundColor")).GetString()!;
        await browser.DarkAsync(true);
        Assert.NotEqual(light, (await browser.ValueAsync("getComputedStyle(document.body).backgroundColor")).GetString());
        foreach ((int width, bool phone) in new[] { (390, true), (320, true), (1200, false) })
        {
            await browser.SizeAsync(width, 844, phone);
            Assert.True((await browser.ValueAsync("document.documentElement.scrollWidth <= innerWidth")).GetBoolean(), $"wider than {width}");
        }
        Assert.Empty(browser.Complaints);
    }

    [ChromiumFact]
    public async Task Without_a_mouse_the_past_is_opened_and_stays_open_and_a_server_that_is_gone_is_told()
    {
        await using ServeRig rig = await ServeRig.StartAsync();
        await rig.UntilSeenAsync();
        await using Chromium browser = await Chromium.StartAsync();
        await browser.GoAsync(rig.Address);
        await browser.KeyAsync("Tab");
        Assert.Equal("#pairs", (await browser.ValueAsync("document.activeElement.getAttribute('href')")).GetString());
        await browser.KeyAsync("Tab");
        Assert.Equal("SUMMARY", (await browser.ValueAsync("document.activeElement.tagName")).GetString());
        await browser.KeyAsync("Enter");
        await browser.ValueAsync("window.refreshes = 0; new MutationObserver(() => window.refreshes++).observe(document.getElementById('pairs'), { childList: true })");
        await browser.UntilAsync("window.refreshes >= 1");
        Assert.Equal(1, (await browser.ValueAsync("document.querySelectorAll('details[open]').length")).GetInt32());
        Assert.Empty(browser.Complaints);
        await rig.StopServingAsync();
        await browser.UntilAsync("!document.getElementById('reach').hidden");
    }

    [Fact]
    public void Text_from_outside_stays_text_and_the_page_loads_nothing()
    {
        const string hostile = "<img src=x onerror=alert(1)>\"'&";
        DateTimeOffset now = new(2026, 3, 1, 3, 0, 0, TimeSpan.Zero);
        CrdrMemberStatus member = new() { Side = Side.Primary, Name = hostile, NativeState = hostile, Region = hostile, Endpoint = hostile };
        CrdrPairSight sight = new()
        {
            Pair = hostile, Provider = hostile, Trouble = hostile, Failures = 1, Testimonies = [new() { Witness = hostile, Says = WitnessWord.Dead, Why = hostile }], History = [new(now, CrdrPhase.NoWriter)],
            Status = new()
            {
                Pair = hostile, Provider = hostile, Phase = CrdrPhase.NoWriter, Primary = member, Recovery = member with { Side = Side.Recovery }, ObservedAt = now, Replication = new() { State = hostile },
                Routes = [new() { Name = hostile, Type = hostile }], Findings = [new() { Severity = FindingSeverity.Error, Id = "X", Message = hostile }],
                Obligations = [new() { Id = "x", What = hostile, Operation = hostile, Since = now }], NextActions = [new() { What = hostile, Command = hostile, Crdr = hostile }],
            },
        };
        string page = StatusPage.Write([new(sight, new() { Id = hostile, Pair = hostile, Verb = CrdrVerb.Failover, Who = hostile, Began = now }, hostile)], now, TimeSpan.FromSeconds(10), "nonce");
        Assert.DoesNotContain("<img", page);
        Assert.DoesNotContain("http://", page);
        Assert.DoesNotContain("https://", page);
    }
}
