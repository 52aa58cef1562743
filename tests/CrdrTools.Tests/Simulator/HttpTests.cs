using System.Text;

namespace CrdrTools.Tests.Simulator;

public sealed class HttpTests : IDisposable
{
    private const string Auth = "Host: x\r\nAuthorization: Bearer demo\r\n";
    private readonly Rehearsal _r = new();
    private readonly RawClient _raw;

    public HttpTests() => _raw = new RawClient(_r.Server.BaseAddress);

    public void Dispose()
    {
        _raw.Dispose();
        _r.Dispose();
    }

    [Fact]
    public async Task Requests_sent_in_one_go_are_answered_in_order_on_one_connection()
    {
        await _raw.Send($"GET /v1/project HTTP/1.1\r\n{Auth}\r\n"
            + $"GET /v1/nothing HTTP/1.1\r\n{Auth}\r\n"
            + $"GET /v1/clouds HTTP/1.1\r\n{Auth}Connection: close\r\n\r\n");
        var text = await _raw.ReadToEnd();
        var statuses = text.Split("HTTP/1.1 ").Skip(1).Select(s => s[..3]);
        Assert.Equal(["200", "404", "200"], statuses);
    }

    [Fact]
    public async Task A_request_may_come_byte_by_byte()
    {
        foreach (var b in Encoding.ASCII.GetBytes($"GET /v1/project HTTP/1.1\r\n{Auth}Connection: close\r\n\r\n")) await _raw.Send([b]);
        Assert.StartsWith("HTTP/1.1 200 OK", await _raw.ReadToEnd());
    }

    [Fact]
    public async Task A_chunked_body_is_read()
    {
        await _raw.Send($"PUT /v1/project/demo/service/pg-demo HTTP/1.1\r\n{Auth}Transfer-Encoding: chunked\r\n\r\n"
            + "10;x=y\r\n{\"disaster_recov\r\n12\r\nery_role\":\"failed\"\r\n1\r\n}\r\n0\r\nTrailer: t\r\n\r\n");
        await _raw.ReadUntil("POWEROFF");
        Assert.Equal(1, _r.RolesThatTookEffect("failed"));
    }

    [Fact]
    public async Task A_client_that_waits_for_the_go_ahead_gets_it()
    {
        await _raw.Send($"PUT /v1/project/demo/service/pg-demo HTTP/1.1\r\n{Auth}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 100 Continue\r\n\r\n", await _raw.ReadUntil("\r\n\r\n"));
        await _raw.Send("{}");
        Assert.StartsWith("HTTP/1.1 200 OK", await _raw.ReadUntil("pg-demo"));
    }

    [Fact]
    public async Task Head_has_the_headers_of_get_and_no_body()
    {
        await _raw.Send($"HEAD /v1/project HTTP/1.1\r\n{Auth}Connection: close\r\n\r\n");
        var text = await _raw.ReadToEnd();
        Assert.StartsWith("HTTP/1.1 200 OK", text);
        Assert.Matches("Content-Length: [1-9]", text);
        Assert.EndsWith("\r\n\r\n", text);
    }

    [Fact]
    public async Task An_old_client_without_keep_alive_is_closed_after_its_answer()
    {
        await _raw.Send("GET / HTTP/1.0\n\n");
        Assert.StartsWith("HTTP/1.1 200 OK", await _raw.ReadToEnd());
    }

    [Fact]
    public async Task An_absolute_target_is_a_path()
    {
        await _raw.Send($"GET http://127.0.0.1:1/v1/project?limit=9 HTTP/1.1\r\n{Auth}Connection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 OK", await _raw.ReadToEnd());
    }

    [Theory]
    [InlineData("GET /\r\n\r\n", "400")]
    [InlineData("GET  / HTTP/1.1\r\n\r\n", "400")]
    [InlineData("G@T / HTTP/1.1\r\n\r\n", "400")]
    [InlineData("GET elsewhere HTTP/1.1\r\n\r\n", "400")]
    [InlineData("GET / FTP/1.1\r\n\r\n", "400")]
    [InlineData("GET / HTTP/2.0\r\n\r\n", "505")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505")]
    [InlineData("GET / HTTP/1.1\r\nno colon\r\n\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\n: empty\r\n\r\n", "400")]
    [InlineData("GET / HTTP/1.1\r\nna me: x\r\n\r\n", "400")]
    [InlineData("PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400")]
    [InlineData("PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400")]
    [InlineData("PUT / HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n", "413")]
    [InlineData("PUT / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400")]
    [InlineData("PUT / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "501")]
    [InlineData("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400")]
    [InlineData("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", "400")]
    [InlineData("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n", "413")]
    [InlineData("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", "400")]
    [InlineData("PUT / HTTP/1.1\r\nExpect: wonders\r\nContent-Length: 1\r\n\r\n", "417")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001", "400")]
    [InlineData("PUT / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab", "400")]
    [InlineData("GET / HT", "400")]
    public async Task What_is_no_request_is_answered_and_the_connection_ends(string bytes, string status)
    {
        await _raw.Send(bytes);
        _raw.CloseSending();
        Assert.StartsWith("HTTP/1.1 " + status, await _raw.ReadToEnd());
    }

    [Fact]
    public async Task Headers_without_end_are_refused()
    {
        await _raw.Send("GET / HTTP/1.1\r\n" + new string('a', 33 * 1024));
        Assert.StartsWith("HTTP/1.1 431", await _raw.ReadUntil("\r\n\r\n"));
    }

    [Fact]
    public async Task A_body_of_one_mebibyte_is_read_and_a_larger_one_is_answered_413()
    {
        var body = "{" + new string(' ', 1024 * 1024 - 2) + "}";
        Assert.Equal(200, (int)(await _r.Put("pg-demo", body)).Status);
        Assert.Equal(413, (int)(await _r.Put("pg-demo", body + " ")).Status);
    }

    [Fact]
    public async Task Garbage_never_brings_the_server_down()
    {
        var random = new Random(20260301);
        string[] beginnings =
        [
            "",
            "GET /v1/project HTTP/1.1\r\n",
            "PUT /v1/project/demo/service/pg-demo HTTP/1.1\r\nContent-Length: 40\r\n\r\n",
            "POST /_simulator/faults HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        ];
        for (var round = 0; round < 400; round++)
        {
            using var raw = new RawClient(_r.Server.BaseAddress);
            var garbage = new byte[random.Next(1, 200)];
            random.NextBytes(garbage);
            try
            {
                await raw.Send(beginnings[round % beginnings.Length]);
                await raw.Send(garbage);
                raw.CloseSending();
                await raw.ReadToEnd();
            }
            catch (IOException)
            {
                // The server had enough before all was sent.
            }
        }
        Assert.Equal("RUNNING/active", await _r.Seen("pg-demo"));
    }
}
