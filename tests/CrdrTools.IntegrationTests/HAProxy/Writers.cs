using System.Collections.Concurrent;
using CrdrTools.IntegrationTests.Support;
using Npgsql;

namespace CrdrTools.IntegrationTests.HAProxy;

/// <summary>Clients that write numbered rows through a port as fast as they can, and connect again whenever they are cut off.</summary>
internal sealed class Writers : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<int, int> _acknowledged = new();
    private readonly Task _writing;
    private long _sent;
    private long _failed;

    public Writers(int port, int clients) => _writing = Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(() => WriteAsync(port))));

    /// <summary>The number of the newest row that anybody has sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>How often a client was cut off or not let in.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>How many rows the server on that port has acknowledged.</summary>
    public int AcknowledgedBy(PostgresServer server) => _acknowledged.GetValueOrDefault(server.Port);

    public Task UntilAsync(Func<bool> so) => Poll.UntilAsync(so, () => $"sent {Sent}, failed {Failed}, acknowledged {string.Join(", ", _acknowledged)}");

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _writing;
        _end.Dispose();
    }

    private async Task WriteAsync(int port)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await using NpgsqlConnection connection = new(PostgresServer.Connect(port));
                await connection.OpenAsync();
                while (!_end.IsCancellationRequested)
                {
                    await using NpgsqlCommand command = new($"INSERT INTO written VALUES ({Interlocked.Increment(ref _sent)}) RETURNING current_setting('port')::int", connection);
                    _acknowledged.AddOrUpdate((int)(await command.ExecuteScalarAsync())!, 1, (_, n) => n + 1);
                }
            }
            catch (NpgsqlException)
            {
                Interlocked.Increment(ref _failed);
                await Task.Delay(5);
            }
        }
    }
}
