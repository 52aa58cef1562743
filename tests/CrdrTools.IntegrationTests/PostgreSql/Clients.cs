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

    /// <summary>They begin to write.</summary>
    /// <param name="connection">Their door.</param>
    /// <param name="count">How many.</param>
    /// <param name="load">With a seed, each writes as many rows at once and pauses as long as chance has it; else one row, and a moment's pause.</param>
    public Clients(string connection, int count, int? load = null) =>
        _writing = Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(() => WriteAsync(connection, Interlocked.Increment(ref s_clients), load is { } seed ? new Random(seed + i) : null))));

    /// <summary>How often a client was cut off or turned away.</summary>
    public int Failed => Volatile.Read(ref _failed);

    /// <summary>How many rows were acknowledged.</summary>
    public int Count
    {
        get
        {
            lock (_told) return _told.Count;
        }
    }

    /// <summary>What was acknowledged, in order; from the given one on.</summary>
    public IReadOnlyList<Acknowledged> Told(int from = 0)
    {
        lock (_told) return _told.GetRange(from, _told.Count - from);
    }

    /// <summary>Returns when rows are acknowledged by the server on that port, from now on.</summary>
    public async Task WriteOnAsync(int port)
    {
        int before = Count;
        await Poll.UntilAsync(() => Told(before).Count(t => t.Port == port) >= 5, () => $"clients do not get through to {port}: {Failed} failed, {Count - before} written since, last {Told().LastOrDefault()}");
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _writing;
        _end.Dispose();
    }

    private async Task WriteAsync(string connection, int client, Random? chance)
    {
        for (long n = 1; !_end.IsCancellationRequested;)
        {
            try
            {
                await using NpgsqlConnection open = new(connection + Options);
                await open.OpenAsync();
                while (!_end.IsCancellationRequested)
                {
                    // What was cut off may have come in all the same: its numbers are never used again.
                    int rows = chance is null || chance.Next(4) > 0 ? 1 : chance.Next(1, 200);
                    long first = n;
                    n += rows;
                    await using NpgsqlCommand command = new($"INSERT INTO acknowledged SELECT {client}, g FROM generate_series({first}, {n - 1}) g RETURNING current_setting('port')::int", open);
                    int port = (int)(await command.ExecuteScalarAsync())!;
                    lock (_told) _told.AddRange(Enumerable.Range(0, rows).Select(r => new Acknowledged(client, first + r, DateTimeOffset.UtcNow, port)));
                    await Task.Delay(chance?.Next(0, 20) ?? 2);
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
