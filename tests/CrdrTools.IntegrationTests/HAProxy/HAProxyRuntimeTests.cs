using System.Net;
using System.Net.Sockets;
using System.Text;
using CrdrTools.Core.Routes.HAProxy;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.HAProxy;

/// <summary>The client against a listener that says what each version of HAProxy says, and against sockets that are none.</summary>
public class HAProxyRuntimeTests
{
    [Theory]
    [InlineData("\n", 1)]
    [InlineData("\n\n", 2)]
    [InlineData("admin\n\n", 1)]
    [InlineData("1\n# a b\n1 2\n\n# c,d\n\nadmin\n\n", 3)]
    [InlineData("\nNo such server.\n\n\n", 3)]
    [InlineData("\r\n", 1)]
    public void Each_answer_ends_with_an_empty_line(string said, int answers) => Assert.Equal(answers, HAProxyRuntime.Answers(said)!.Count);

    [Theory]
    [InlineData("1\n# a b\n1 2\n")]
    [InlineData("1\n# a")]
    [InlineData("No such")]
    public void An_answer_that_breaks_off_is_none(string said) => Assert.Null(HAProxyRuntime.Answers(said));

    [Theory]
    [InlineData("No such backend.\n\n", "HAProxyNotFound", "No such backend.")]
    [InlineData("No such server.\n\n", "HAProxyNotFound", "No such server.")]
    [InlineData("[3]: No such server.\n\n", "HAProxyNotFound", "No such server.")]
    [InlineData("Permission denied\n\n", "HAProxyPermissionDenied", "Permission denied")]
    [InlineData("'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n\n", "HAProxyRefused", "expects 'ready'")]
    [InlineData("Unknown command, but maybe one of the following ones is a better match:\n  quit : disconnect\n\n", "HAProxyRefused", "Unknown command, but maybe")]
    [InlineData("Unknown command: 'set', but maybe one of the following ones is a better match:\n  quit : disconnect\n\n", "HAProxyRefused", "Unknown command: 'set'")]
    [InlineData("Proxy is disabled.\n\n", "HAProxyRefused", "Proxy is disabled.")]
    [InlineData("Done.\n\n", "HAProxyRefused", "Done.")]
    [InlineData("", "HAProxyBadReply", "said nothing")]
    [InlineData("\n\n", "HAProxyBadReply", "no whole answer")]
    [InlineData("No such ser", "HAProxyBadReply", "No such ser")]
    [InlineData("HTTP/1.0 400 Bad request\r\nConnection: close\r\n\r\n<html></html>\n", "HAProxyBadReply", "HTTP/1.0 400")]
    public async Task Anything_but_an_empty_line_is_no_success(string said, string errorId, string words)
    {
        await using Listener listener = new(said);
        CrdrException e = await Assert.ThrowsAsync<CrdrException>(() => listener.Runtime.DoAsync("set server be/a state maint"));
        Assert.Equal(errorId, e.ErrorId);
        Assert.Contains(words, e.Message);
        Assert.Contains(listener.Runtime.Address, e.Message);
    }

    [Fact]
    public async Task Commands_go_on_one_line_and_each_must_succeed()
    {
        await using Listener listener = new("\n\n");
        await listener.Runtime.DoAsync("set server be/a state maint", "shutdown sessions server be/a");
        Assert.Equal("set server be/a state maint;shutdown sessions server be/a\n", listener.Asked);

        await using Listener half = new("\nNo such server.\n\n");
        CrdrException e = await Assert.ThrowsAsync<CrdrException>(() => half.Runtime.DoAsync("set server be/a state maint", "shutdown sessions server be/x"));
        Assert.Contains("'shutdown sessions server be/x': No such server.", e.Message);
    }

    [Fact]
    public async Task A_look_reads_all_tables_at_once()
    {
        await using Listener listener = new($"{HAProxyTexts.State}\n{HAProxyTexts.Stat}\nadmin\n\n");
        HAProxyBackend backend = await listener.Runtime.ShowAsync("be", CancellationToken.None);
        Assert.True(backend["a"].InMaintenance);
        Assert.Equal("admin", backend.Level);
    }

    [Fact]
    public async Task A_version_that_does_not_know_how_to_tell_its_level_is_looked_at_all_the_same()
    {
        await using Listener listener = new($"{HAProxyTexts.State}\n{HAProxyTexts.Stat}\nUnknown command: 'show cli', but maybe one of the following ones is a better match:\n  quit\n\n");
        Assert.Null((await listener.Runtime.ShowAsync("be", CancellationToken.None)).Level);
    }

    [Fact]
    public async Task An_unknown_backend_is_named_in_HAProxys_words()
    {
        await using Listener listener = new("Can't find backend.\n\nNo such proxy.\n\nadmin\n\n");
        CrdrException e = await Assert.ThrowsAsync<CrdrException>(() => listener.Runtime.ShowAsync("nope", CancellationToken.None));
        Assert.Equal("HAProxyNotFound", e.ErrorId);
        Assert.Contains("'show servers state nope': Can't find backend.", e.Message);
    }

    [Fact]
    public async Task One_that_takes_the_line_and_says_nothing_has_a_limit()
    {
        await using Listener listener = new(null);
        HAProxyRuntime runtime = new(listener.Runtime.Address, TimeSpan.FromMilliseconds(200));
        Assert.Equal("HAProxyTimeout", (await Assert.ThrowsAsync<CrdrException>(() => runtime.DoAsync("show version"))).ErrorId);
    }

    [Fact]
    public async Task Stopping_ends_the_wait_at_once()
    {
        await using Listener listener = new(null);
        using CancellationTokenSource stop = new();
        Task<IReadOnlyList<string>> asked = new HAProxyRuntime(listener.Runtime.Address, TimeSpan.FromHours(1)).AskAsync(stop.Token, "show version");
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Fact]
    public async Task A_missing_socket_is_an_error_and_no_file_comes_into_being()
    {
        using TempFolder folder = new();
        HAProxyRuntime runtime = new(folder.At("admin.sock"), HAProxyRuntime.DefaultLimit);

        CrdrException e = await Assert.ThrowsAsync<CrdrException>(() => runtime.DoAsync("set server be/a state maint"));

        Assert.Equal("HAProxySocketMissing", e.ErrorId);
        Assert.Contains(folder.At("admin.sock"), e.Message);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task A_missing_folder_is_an_error_and_is_not_made()
    {
        using TempFolder folder = new();
        HAProxyRuntime runtime = new(folder.At("run/admin.sock"), HAProxyRuntime.DefaultLimit);
        Assert.Equal("HAProxySocketMissing", (await Assert.ThrowsAsync<CrdrException>(() => runtime.DoAsync("show version"))).ErrorId);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task A_file_that_is_no_socket_is_an_error_and_stays_as_it_is()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder.At("admin.sock"), "left by socat");
        HAProxyRuntime runtime = new(folder.At("admin.sock"), HAProxyRuntime.DefaultLimit);
        Assert.Equal("HAProxyUnreachable", (await Assert.ThrowsAsync<CrdrException>(() => runtime.DoAsync("show version"))).ErrorId);
        Assert.Equal("left by socat", File.ReadAllText(folder.At("admin.sock")));
    }

    [Fact]
    public async Task A_port_without_a_listener_is_an_error()
    {
        HAProxyRuntime runtime = new($"127.0.0.1:{Free.Port()}", HAProxyRuntime.DefaultLimit);
        Assert.Equal("HAProxyUnreachable", (await Assert.ThrowsAsync<CrdrException>(() => runtime.DoAsync("show version"))).ErrorId);
    }

    /// <summary>Takes one line from each connection and gives a set answer; without one it only listens.</summary>
    private sealed class Listener : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _end = new();
        private readonly Task _serving;

        public Listener(string? answer)
        {
            _listener.Start();
            Runtime = new($"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}", HAProxyRuntime.DefaultLimit);
            _serving = ServeAsync(answer);
        }

        public HAProxyRuntime Runtime { get; }

        public string Asked { get; private set; } = "";

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _serving;
            _listener.Dispose();
            _end.Dispose();
        }

        private async Task ServeAsync(string? answer)
        {
            List<TcpClient> held = [];
            try
            {
                for (; ; )
                {
                    TcpClient client = await _listener.AcceptTcpClientAsync(_end.Token);
                    held.Add(client);
                    if (answer is null) continue;
                    using StreamReader reader = new(client.GetStream());
                    Asked = await reader.ReadLineAsync(_end.Token) + "\n";
                    await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer), _end.Token);
                    client.Close();
                }
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
            held.ForEach(c => c.Dispose());
        }
    }
}
