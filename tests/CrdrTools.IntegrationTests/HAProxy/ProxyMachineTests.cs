using CrdrTools.Core.Routes.HAProxy;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.HAProxy;

/// <summary>What only the machine of a proxy tells: a second process on its port, and how often it tries again.</summary>
public class ProxyMachineTests
{
    [ServerFact("haproxy")]
    public async Task A_second_HAProxy_on_the_port_is_told_while_it_is_there()
    {
        using NamedServer one = new("one"), two = new("two");
        await using ProxyUnderTest proxy = await ProxyUnderTest.StartAsync(one.Port, two.Port);
        Assert.DoesNotContain((await proxy.Route().ObserveAsync(default)).Findings, f => f.Id == "RoutePortShared");
        await proxy.DoubleAsync();
        CrdrRouteStatus seen = await proxy.Route().ObserveAsync(default);
        Assert.Contains(seen.Findings, f => f.Id == "RoutePortShared" && f.Severity == FindingSeverity.Warning && f.Message.Contains($"port {proxy.Port} "));
        await proxy.EndFirstAsync();
        Assert.DoesNotContain((await proxy.Route().ObserveAsync(default)).Findings, f => f.Id == "RoutePortShared");
    }

    [ServerTheory("haproxy")]
    [InlineData(null, null)]
    [InlineData("retries 2", "2 times")]
    public async Task Retries_are_told_of_the_running_proxys_configuration(string? more, string? told)
    {
        using NamedServer one = new("one"), two = new("two");
        await using ProxyUnderTest proxy = await ProxyUnderTest.StartAsync(one.Port, two.Port, more: more);
        CrdrFinding? finding = (await proxy.Route().ObserveAsync(default)).Findings.FirstOrDefault(f => f.Id == "RouteRetries");
        if (told is null) Assert.Null(finding);
        else Assert.Contains(told, finding!.Message);
    }

    [Theory]
    [InlineData("defaults\n retries 0\nbackend db\n server a 1.2.3.4:5", 0)]
    [InlineData("defaults\n mode tcp\nbackend db\n server a 1.2.3.4:5", 3)]
    [InlineData("defaults\n retries 5\nbackend other\n retries 1\nlisten db # ours\n retries 2 # few\nbackend more\n retries 9", 2)]
    [InlineData("defaults\n retries 5\ndefaults\n mode tcp\nbackend db", 3)]
    [InlineData("defaults quick\n retries 0\ndefaults\n retries 4\nbackend db from quick", 0)]
    [InlineData("defaults\n retries \"${TRIES}\"\nbackend db", null)]
    [InlineData("backend another\n retries 1", null)]
    public void Retries_are_read_as_HAProxy_reads_them(string configuration, int? retries) => Assert.Equal(retries, ProxyMachine.Retries(configuration.Split('\n'), "db"));

    [Fact]
    public void Only_a_strangers_socket_on_the_same_address_shares_a_port()
    {
        const string Table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:4268 00000000:0000 0A 00000000:00000000 00:00000000 00000000   101        0 11 1 0 100 0 0 10 0
               1: 0100007F:4268 00000000:0000 0A 00000000:00000000 00:00000000 00000000   101        0 12 1 0 100 0 0 10 0
               2: 0100007F:4269 00000000:0000 0A 00000000:00000000 00:00000000 00000000   101        0 13 1 0 100 0 0 10 0
               3: 0100007F:4269 0100007F:1111 01 00000000:00000000 00:00000000 00000000   101        0 14 1 0 100 0 0 10 0
            """;
        Assert.Equal([0x4268], ProxyMachine.Shared(Table, new HashSet<string> { "11", "13" }));
        Assert.Empty(ProxyMachine.Shared(Table, new HashSet<string> { "11", "12", "13" }));
        Assert.Empty(ProxyMachine.Shared(Table, new HashSet<string> { "99" }));
    }
}
