using CrdrTools.Core.Lab;
using Npgsql;

namespace CrdrTools.IntegrationTests.Support;

/// <summary>A lab of a test's own, gone with it: quick, for nothing of it is forced to the disk.</summary>
internal sealed class TestLab(LabDescription lab) : IAsyncDisposable
{
    public LabDescription Lab => lab;

    public static async Task<TestLab> UpAsync(Func<LabOptions, LabOptions>? wanted = null)
    {
        LabOptions options = new() { Folder = NewFolder(), Fast = true };
        return new(await PostgresLab.UpAsync(wanted?.Invoke(options) ?? options));
    }

    /// <summary>A folder that is not there yet, where servers may reach it that run as another user.</summary>
    public static string NewFolder() => Path.Combine(Path.GetTempPath(), $"crdr-lab-{Guid.NewGuid():N}");

    public Task<LabStatus> StatusAsync() => PostgresLab.StatusAsync(lab.Folder);

    public Task StartAsync(string node) => PostgresLab.StartNodeAsync(lab, node);

    /// <summary>Dead at once, as its machine would be; returns when it and its children are gone.</summary>
    public async Task KillAsync(string node)
    {
        Signal(node, ServerProcess.SigKill);
        await Poll.UntilAsync(() => !LabProcesses.In(lab.Folder).Any(p => p.Folder == lab[node].Data), () => $"{node} still runs");
    }

    /// <summary>Sends a signal to a node's server.</summary>
    public void Signal(string node, int signal) =>
        ServerProcess.Signal(LabProcesses.Postmaster(LabProcesses.In(lab.Folder), lab[node].Data)?.Id
            ?? throw new InvalidOperationException($"{node} does not run"), signal);

    /// <summary>As an operator, past every proxy.</summary>
    public Task<T> AskAsync<T>(string node, string sql) => ScalarAsync<T>(lab[node].Operator, sql);

    public static async Task<T> ScalarAsync<T>(string connection, string sql)
    {
        await using NpgsqlConnection open = new(connection + ";Pooling=false;Timeout=20;Command Timeout=20;Server Compatibility Mode=NoTypeLoading");
        await open.OpenAsync();
        await using NpgsqlCommand command = new(sql, open);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync() => await PostgresLab.DownAsync(lab.Folder);
}
