using System.Net;
using System.Net.Sockets;
using CrdrTools.Core.Providers.PostgreSql;

namespace CrdrTools.Tests.PostgreSql;

public class PostgresLinkTests
{
    [Fact]
    public async Task A_server_that_takes_connections_and_says_nothing_is_not_waited_for_as_long_again()
    {
        // The kernel lets one in, as it does for a server that hangs; nobody ever answers.
        using TcpListener hung = new(IPAddress.Loopback, 0);
        hung.Start();
        CrdrPair pair = new()
        {
            Name = "p", Provider = "PostgreSql", Primary = new() { Name = "a" }, Recovery = new() { Name = "b" },
            Settings = new Dictionary<string, string> { ["primaryConnection"] = $"Host=127.0.0.1;Port={((IPEndPoint)hung.LocalEndpoint).Port};Username=crdr;SSL Mode=Disable" },
        };
        using PostgresLink link = new(MemberSettings.Read(pair, Side.Primary), null);
        TimeSpan first = link.Patience;
        CrdrException silent = await Assert.ThrowsAnyAsync<CrdrException>(() => link.AskAsync("SELECT 1"));
        Assert.Equal(CrdrErrorKind.Timeout, silent.Kind);
        Assert.True(link.Patience < first, $"{link.Patience} after {first}");
        // It is asked anew all the same.
        Assert.Equal(CrdrErrorKind.Timeout, (await Assert.ThrowsAnyAsync<CrdrException>(() => link.AskAsync("SELECT 1"))).Kind);
        hung.Stop();
        Assert.Equal("MemberRefuses", (await Assert.ThrowsAnyAsync<CrdrException>(() => link.AskAsync("SELECT 1"))).ErrorId);
    }
}
