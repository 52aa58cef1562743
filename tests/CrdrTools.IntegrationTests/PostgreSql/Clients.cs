using System.Diagnostics;
using CrdrTools.IntegrationTests.Support;
using Npgsql;

namespace CrdrTools.IntegrationTests.PostgreSql;

/// <summary>A row that a client was told is kept: when, and by the server on which port.</summary>
internal sealed record Acknowledged(int Client, long Number, DateTimeOffset At, int Port);

/// <summary>Clients that write rows of their own through one door, connect again whenever they are cut off, and remember what was acknowledged.</summary>
internal sealed class Clients : IAsyncDisposable
{
    public const string Options = ";Pooling=false;Timeout=15;Command Timeout=15;Server Compatibility Mode=NoTypeLoading";

    private static int s_clients;

    private readonly CancellationTokenSource _end = new();
    private readonly List<Acknowledged> _told = [];
    private readonly Task _writing;
    private int _failed;

    public Clients(string connection, int count) => _writing = Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(() => WriteAsync(connection, Interlocked.Increment(ref s_clients)))));

    /// <summary>How often a client was cut off or turned away.</summary>
    public int Failed => Volatile.Read(ref _failed);

    public IReadOnlyList<Acknowledged> Told()
    {
        lock (_told) return [.. _told];
    }

    /// <summary>Returns when rows are acknowledged by the server on that port, from now on.</summary>
    public async Task WriteOnAsync(int port)
    {
        int before = Told().Count;
        await Poll.UntilAsync(() => Told().Skip(before).Count(t => t.Port == port) >= 5, () => $"clients do not get through to {port}: {Failed} failed, {Told().Count - before} written since, last {Told().LastOrDefault()}");
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _writing;
        _end.Dispose();
    }

    private async Task WriteAsync(string connection, int client)
    {
        for (long n = 1; !_end.IsCancellationRequested;)
        {
            try
            {
                await using NpgsqlConnection open = new(connection + Options);
                await open.OpenAsync();
                while (!_end.IsCancellationRequested)
                {
                    // What was cut off may have come in all the same: its number is never used again.
                    long number = n++;
                    await using NpgsqlCommand command = new($"INSERT INTO acknowledged VALUES ({client}, {number}) RETURNING current_setting('port')::int", open);
                    int port = (int)(await command.ExecuteScalarAsync())!;
                    lock (_told) _told.Add(new(client, number, DateTimeOffset.UtcNow, port));
                    await Task.Delay(2);
                }
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
            {
                Interlocked.Increment(ref _failed);
                await Task.Delay(2);
            }
        }
    }
}
