using System.Net;
using System.Net.Sockets;
using CrdrTools.Core.Providers.PostgreSql;
using Npgsql;

namespace CrdrTools.Tests.ReplicaDns;

/// <summary>One server asked again and again over the wire.</summary>
public class ReadNodeTests
{
    [Fact]
    public async Task A_server_that_lets_everybody_in_and_answers_no_question_is_not_given_ever_more_connections()
    {
        using CancellationTokenSource end = new();
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int sessions = 0;
        Task serving = ServeAsync();
        PostgresReadNode node = new(new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port, Username = "monitor", SslMode = SslMode.Disable }, null, new SenderNames());
        for (int i = 0; i < 40; i++)
        {
            using CancellationTokenSource limit = new(TimeSpan.FromMilliseconds(100));
            Exception e = await Assert.ThrowsAnyAsync<Exception>(() => node.LookAsync(limit.Token));
            Assert.True(e is OperationCanceledException or CrdrException, e.ToString());
        }
        Assert.InRange(sessions, 1, 8);
        node.Dispose();
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);

        async Task ServeAsync()
        {
            while (true)
            {
                TcpClient client = await listener.AcceptTcpClientAsync(end.Token);
                _ = SessionAsync(client);
            }
        }

        async Task SessionAsync(TcpClient client)
        {
            using TcpClient closes = client;
            byte[] said = new byte[1024];
            NetworkStream stream = client.GetStream();
            int read = await stream.ReadAsync(said, end.Token);
            if (read <= 8)
            {
                if (read == 8) await stream.WriteAsync("N"u8.ToArray(), end.Token);
                return;
            }
            Interlocked.Increment(ref sessions);
            // Authenticated, of some version, ready for a question.
            await stream.WriteAsync((byte[])[(byte)'R', 0, 0, 0, 8, 0, 0, 0, 0, (byte)'S', 0, 0, 0, 24, .. "server_version\u000016.0\u0000"u8, (byte)'S', 0, 0, 0, 25, .. "client_encoding\u0000UTF8\u0000"u8, (byte)'Z', 0, 0, 0, 5, (byte)'I'], end.Token);
            while (await stream.ReadAsync(said, end.Token) > 0)
            {
            }
            Interlocked.Decrement(ref sessions);
        }
    }
}
