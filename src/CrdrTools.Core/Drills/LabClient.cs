using CrdrTools.Core.Lab;
using Npgsql;

namespace CrdrTools.Core.Drills;

/// <summary>What a client has seen up to a moment.</summary>
internal sealed record LabClientSum(long Acknowledged, long Errors);

/// <summary>An application of a lab: it writes a row after the other, and remembers which ones were acknowledged, and when.</summary>
internal sealed class LabClient : IAsyncDisposable
{
    private const int Breath = 1;

    private readonly string[] _ways;
    private readonly CancellationTokenSource _stop = new();
    private readonly object _gate = new();
    private readonly List<(long Row, DateTimeOffset At)> _acknowledged = [];
    private readonly List<DateTimeOffset> _errors = [];
    private Task _work = Task.CompletedTask;

    private LabClient(string[] ways) => _ways = ways;

    /// <summary>How many rows were acknowledged.</summary>
    public long Acknowledged => Sum().Acknowledged;

    /// <summary>When the oldest of the rows that were not found was acknowledged.</summary>
    public DateTimeOffset? OldestLost { get; private set; }

    /// <summary>Through the proxy where there is one; else it goes from server to server, as a driver does that is given both.</summary>
    public static async Task<LabClient> StartAsync(LabDescription lab, CancellationToken ct)
    {
        string[] ways = lab.HAProxy is null ? [.. lab.Nodes.Take(2).Select(n => n.App)] : [lab.ClientConnection];
        LabClient client = new([.. ways.Select(w => $"{w};Pooling=false;Timeout=2;Command Timeout=2")]);
        await using (NpgsqlConnection connection = new(client._ways[0]))
        {
            await connection.OpenAsync(ct).ConfigureAwait(false);
            await using NpgsqlCommand command = new("CREATE TABLE drill (row bigint PRIMARY KEY)", connection);
            await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
        }
        client._work = Task.Run(() => client.WriteAsync(client._stop.Token), CancellationToken.None);
        return client;
    }

    /// <summary>What there is so far.</summary>
    public LabClientSum Sum()
    {
        lock (_gate) return new(_acknowledged.Count, _errors.Count);
    }

    /// <summary>How many attempts failed in that time.</summary>
    public long ErrorsBetween(DateTimeOffset from, DateTimeOffset to)
    {
        lock (_gate) return _errors.Count(e => e >= from && e < to);
    }

    /// <summary>The longest time between two acknowledged rows that touches the given one.</summary>
    public TimeSpan? LongestGap(DateTimeOffset from, DateTimeOffset to)
    {
        lock (_gate)
        {
            TimeSpan? longest = null;
            for (int i = 1; i <= _acknowledged.Count; i++)
            {
                DateTimeOffset left = _acknowledged[i - 1].At, right = i < _acknowledged.Count ? _acknowledged[i].At : to;
                if (right < from || left > to) continue;
                if (longest is null || right - left > longest) longest = right - left;
            }
            return longest;
        }
    }

    /// <summary>Waits until a row is acknowledged that was begun after that moment. False: none came.</summary>
    public async Task<bool> WritesAfterAsync(DateTimeOffset moment, TimeSpan limit, CancellationToken ct)
    {
        for (DateTimeOffset began = DateTimeOffset.UtcNow; DateTimeOffset.UtcNow - began < limit; await Task.Delay(5, ct).ConfigureAwait(false))
        {
            lock (_gate)
            {
                if (_acknowledged.Count > 0 && _acknowledged[^1].At > moment) return true;
            }
        }
        return false;
    }

    /// <summary>How many of the acknowledged rows a server does not hold.</summary>
    public async Task<long> LostAsync(LabNode node, CancellationToken ct)
    {
        (long Row, DateTimeOffset At)[] promised;
        lock (_gate) promised = [.. _acknowledged];
        HashSet<long> found = [];
        await using NpgsqlConnection connection = new($"{node.App};Pooling=false;Timeout=10;Command Timeout=30");
        await connection.OpenAsync(ct).ConfigureAwait(false);
        await using NpgsqlCommand command = new("SELECT row FROM drill", connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(ct).ConfigureAwait(false);
        while (await reader.ReadAsync(ct).ConfigureAwait(false)) found.Add(reader.GetInt64(0));
        (long Row, DateTimeOffset At)[] lost = [.. promised.Where(p => !found.Contains(p.Row))];
        OldestLost = lost.Length > 0 ? lost.Min(l => l.At) : null;
        return lost.Length;
    }

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task WriteAsync(CancellationToken ct)
    {
        long row = 0;
        NpgsqlConnection? connection = null;
        int way = 0;
        while (!ct.IsCancellationRequested)
        {
            // A row whose acknowledgement got lost may be there: it is never tried again under its number.
            row++;
            try
            {
                if (connection is null)
                {
                    connection = new(_ways[way]);
                    await connection.OpenAsync(ct).ConfigureAwait(false);
                }
                await using NpgsqlCommand command = new($"INSERT INTO drill VALUES ({row})", connection);
                await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
                lock (_gate) _acknowledged.Add((row, DateTimeOffset.UtcNow));
                await Task.Delay(Breath, ct).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException or IOException or System.Net.Sockets.SocketException)
            {
                lock (_gate) _errors.Add(DateTimeOffset.UtcNow);
                if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
                connection = null;
                way = (way + 1) % _ways.Length;
                await Task.Delay(Breath, CancellationToken.None).ConfigureAwait(false);
            }
        }
        if (connection is not null) await connection.DisposeAsync().ConfigureAwait(false);
    }
}
