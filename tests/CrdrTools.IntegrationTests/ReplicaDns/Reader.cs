using CrdrTools.IntegrationTests.Support;
using Npgsql;

namespace CrdrTools.IntegrationTests.ReplicaDns;

/// <summary>Reads by the name as an application does that looks it up for each connection; remembers when it could and when it could not.</summary>
internal sealed class Reader : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(DateTimeOffset At, string? Server)> _reads = [];
    private readonly Task _work;

    public Reader(ReadNameRig rig) => _work = Task.Run(async () =>
    {
        for (int i = 0; !_stop.IsCancellationRequested; i++)
        {
            string? server = null;
            try
            {
                IReadOnlyList<string> leads = await rig.LeadsAsync();
                if (leads.Count > 0 && await AnswersAsync(rig.Servers.Lab[leads[i % leads.Count]].Operator)) server = leads[i % leads.Count];
            }
            catch (CrdrException)
            {
                // The name server did not answer: that is a read that failed.
            }
            lock (_reads) _reads.Add((DateTimeOffset.UtcNow, server));
        }
    });

    /// <summary>Returns when a read that began from now on was answered.</summary>
    public async Task ReadOnAsync()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        await Poll.UntilAsync(() => Reads().Any(r => r.Server is not null && r.At > now + TimeSpan.FromMilliseconds(200)), () => "no reader gets an answer");
    }

    public IReadOnlyList<(DateTimeOffset At, string? Server)> Reads()
    {
        lock (_reads) return [.. _reads];
    }

    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await _work;
    }

    private static async Task<bool> AnswersAsync(string connection)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMilliseconds(200));
        NpgsqlConnection open = new(connection + ";Pooling=false;Timeout=1;Command Timeout=0;Server Compatibility Mode=NoTypeLoading");
        try
        {
            await open.OpenAsync().WaitAsync(limit.Token);
            await using NpgsqlCommand command = new("SELECT 1", open);
            Task<object?> asking = command.ExecuteScalarAsync();
            await asking.WaitAsync(limit.Token);
            await open.DisposeAsync();
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
