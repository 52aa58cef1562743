using System.Diagnostics;
using Npgsql;

namespace CrdrTools.Benchmarks.PostgreSql;

/// <summary>One connection that inserts increasing numbers as fast as it can, and tries again every millisecond: what clients see of a move.</summary>
internal sealed class Writer : IDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _broke = new();
    private readonly List<(long At, long Number)> _acknowledged = new(1 << 20);
    private readonly List<string> _errors = [];
    private volatile bool _stopping;

    public Writer(string connection)
    {
        NpgsqlDataSourceBuilder builder = new(connection + ";Pooling=false;Timeout=5;Command Timeout=10;No Reset On Close=true");
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        _source = builder.Build();
        _thread = new(Write) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Returns at the first error after this.</summary>
    public void AwaitBreak() => _broke.Wait();

    public void Arm() => _broke.Reset();

    /// <summary>Ends it. Gives the acknowledged commits, and what went wrong.</summary>
    public (IReadOnlyList<(long At, long Number)> Acknowledged, IReadOnlyList<string> Errors) Stop()
    {
        _stopping = true;
        _thread.Join();
        return (_acknowledged, _errors);
    }

    public void Dispose()
    {
        Stop();
        _source.Dispose();
        _broke.Dispose();
    }

    private void Write()
    {
        NpgsqlConnection? open = null;
        long number = 0;
        while (!_stopping)
        {
            try
            {
                open ??= _source.OpenConnection();
                using NpgsqlCommand insert = new($"INSERT INTO t VALUES ({++number})", open);
                insert.ExecuteNonQuery();
                _acknowledged.Add((Stopwatch.GetTimestamp(), number));
            }
            catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException or TimeoutException)
            {
                _errors.Add(e.Message);
                _broke.Set();
                open?.Dispose();
                open = null;
                Thread.Sleep(1);
            }
        }
        open?.Dispose();
    }
}
