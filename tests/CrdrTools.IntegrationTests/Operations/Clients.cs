using System.Collections.Concurrent;
using System.Diagnostics;
using CrdrTools.IntegrationTests.Support;
using Npgsql;

namespace CrdrTools.IntegrationTests.Operations;

/// <summary>A way in that clients use: what it is called in the output, and how they connect.</summary>
internal sealed record Door(string Name, string Connect);

/// <summary>
/// Clients that write rows with new numbers, each over a connection of its own, and connect again when they are cut off. The server that took a row tells
/// its own port in the same statement, so that nobody has to be believed.
/// </summary>
internal sealed class Clients : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<(string Door, int Server), int> _taken = new();
    private readonly ConcurrentDictionary<string, TimeSpan> _gaps = new();
    private readonly ConcurrentDictionary<string, int> _errors = new();
    private readonly ConcurrentDictionary<long, int> _acknowledged = new();
    private readonly IReadOnlyList<Door> _doors;
    private readonly string _table;
    private readonly Task _writing;
    private long _sent;
    private string _trouble = "none";

    public Clients(string table, IReadOnlyList<Door> doors, int each)
    {
        _table = table;
        _doors = doors;
        _writing = Task.WhenAll(doors.SelectMany(d => Enumerable.Range(0, each).Select(_ => Task.Run(() => WriteAsync(d)))));
    }

    /// <summary>The number of the newest row that anybody has sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>How often a client was cut off or not let in.</summary>
    public int Errors => _errors.Values.Sum();

    /// <summary>The same, through one door.</summary>
    public int ErrorsAt(string door) => _errors.GetValueOrDefault(door);

    /// <summary>The rows that were acknowledged, with the port of the server that took each.</summary>
    public IReadOnlyDictionary<long, int> Acknowledged => _acknowledged;

    /// <summary>The longest time that a client spent between two rows, by door, and what else there is to tell.</summary>
    public string Report => string.Join("; ", _doors.Select(d => $"{d.Name}: longest gap {_gaps.GetValueOrDefault(d.Name).TotalMilliseconds:0} ms, client errors {_errors.GetValueOrDefault(d.Name)}"));

    /// <summary>Waits until that many more rows were taken by the server, through every door but those.</summary>
    public async Task MoreAsync(int server, params string[] without)
    {
        const int rows = 20;
        Dictionary<string, int> goals = _doors.Where(d => !without.Contains(d.Name)).ToDictionary(d => d.Name, d => _taken.GetValueOrDefault((d.Name, server)) + rows);
        await Poll.UntilAsync(() => goals.All(g => _taken.GetValueOrDefault((g.Key, server)) >= g.Value),
            () => $"not every door leads to {server}: {string.Join(", ", _taken)}; {Report}; the last trouble: {_trouble}");
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _writing;
    }

    private async Task WriteAsync(Door door)
    {
        long last = Stopwatch.GetTimestamp();
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await using NpgsqlConnection connection = new(door.Connect);
                await connection.OpenAsync(_end.Token);
                while (!_end.IsCancellationRequested)
                {
                    long id = Interlocked.Increment(ref _sent);
                    await using NpgsqlCommand command = new($"INSERT INTO {_table} VALUES ({id}) RETURNING inet_server_port()", connection);
                    int server = (int)(await command.ExecuteScalarAsync(_end.Token))!;
                    _acknowledged[id] = server;
                    _taken.AddOrUpdate((door.Name, server), 1, (_, n) => n + 1);
                    TimeSpan gap = Stopwatch.GetElapsedTime(last);
                    last = Stopwatch.GetTimestamp();
                    _gaps.AddOrUpdate(door.Name, gap, (_, longest) => gap > longest ? gap : longest);
                    await Task.Delay(2);
                }
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                return;
            }
            catch (NpgsqlException e)
            {
                if (_end.IsCancellationRequested) return;
                _trouble = e.Message;
                _errors.AddOrUpdate(door.Name, 1, (_, n) => n + 1);
                await Task.Delay(5);
            }
        }
    }
}
