using System.Diagnostics;
using CrdrTools.Core.Providers.PostgreSql.Nodes;
using Npgsql;

namespace CrdrTools.Core.Lab;

/// <summary>One node of a lab: started so that it outlives its starter, and asked over SQL.</summary>
internal static class LabNodes
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    /// <summary>Starts it, and returns when it takes connections.</summary>
    public static async Task StartAsync(LabDescription lab, LabNode node, PostgresPrograms programs, CancellationToken ct)
    {
        IReadOnlyList<LabProcess> ours = LabProcesses.In(lab.Folder);
        if (LabProcesses.Postmaster(ours, node.Data) is null)
        {
            await ForgetDeadAsync(lab, node, ct).ConfigureAwait(false);
            // pg_ctl takes the server out of this terminal's reach, and its words to the log; it does not wait, for it looks ten times a second only.
            ProgramEnd end = await programs.RunAsync("pg_ctl", lab.Owner, ["start", "-W", "-s", "-D", node.Data, "-l", node.Log], s_limit, null,
                ct).ConfigureAwait(false);
            if (end.ExitCode != 0) throw DidNotStart(node, end.Errors + end.Output);
        }
        await ReadyAsync(lab, node, ct).ConfigureAwait(false);
    }

    public static async Task<NpgsqlConnection> OpenAsync(LabNode node, CancellationToken ct, string user = LabNames.Superuser)
    {
        NpgsqlConnection connection = new(node.Connection(user) + ";Pooling=false;Timeout=5;Command Timeout=60");
        try
        {
            await connection.OpenAsync(ct).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public static async Task DoAsync(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        NpgsqlCommand command = new(sql, connection);
        await using (command.ConfigureAwait(false)) await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    public static async Task<T> AskAsync<T>(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        NpgsqlCommand command = new(sql, connection);
        await using (command.ConfigureAwait(false)) return (T)(await command.ExecuteScalarAsync(ct).ConfigureAwait(false))!;
    }

    private static async Task ReadyAsync(LabDescription lab, LabNode node, CancellationToken ct)
    {
        Stopwatch waited = Stopwatch.StartNew();
        for (int looks = 0; ; looks++)
        {
            try
            {
                NpgsqlConnection connection = await OpenAsync(node, ct).ConfigureAwait(false);
                await using (connection.ConfigureAwait(false))
                {
                    // Another server may have come to the port first: it must not be taken for this one, and written to.
                    string data = await AskAsync<string>(connection, "SHOW data_directory", ct).ConfigureAwait(false);
                    if (data != node.Data) throw DidNotStart(node, $"another server, of {data}, has port {node.Port}");
                    return;
                }
            }
            catch (NpgsqlException e)
            {
                // To look for the process costs more than to knock.
                if (looks % 20 == 19 && LabProcesses.Postmaster(LabProcesses.In(lab.Folder), node.Data) is null) throw DidNotStart(node, "its process has ended");
                if (waited.Elapsed > s_limit) throw DidNotStart(node, e.Message);
            }
            await Task.Delay(10, ct).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// A killed server leaves its pid file and the one beside its socket. PostgreSQL minds them by itself, but takes a dead process that nobody has buried
    /// for a living one.
    /// </summary>
    private static async Task ForgetDeadAsync(LabDescription lab, LabNode node, CancellationToken ct)
    {
        string file = Path.Combine(node.Data, "postmaster.pid");
        if (!File.Exists(file) || !int.TryParse(File.ReadLines(file).FirstOrDefault(), out int id) || !LabProcesses.IsUnburied(id)) return;
        // Its children end with it, in a moment; until then the data are theirs.
        Stopwatch waited = Stopwatch.StartNew();
        while (LabProcesses.In(lab.Folder).Any(p => p.Folder == node.Data))
        {
            if (waited.Elapsed > s_limit) throw DidNotStart(node, "children of the one before still run");
            await Task.Delay(10, ct).ConfigureAwait(false);
        }
        File.Delete(file);
        foreach (string left in Directory.GetFiles(Path.Combine(lab.Folder, "run"), $".s.PGSQL.{node.Port}*")) File.Delete(left);
    }

    private static CrdrException DidNotStart(LabNode node, string why)
    {
        string[] said = File.Exists(node.Log) ? File.ReadAllLines(node.Log) : [];
        return new(CrdrErrorKind.Unavailable, "LabNodeDidNotStart",
            $"Node {node.Name} did not start: {why.Trim()}.{(said.Length > 0 ? $" It said:\n{string.Join('\n', said.TakeLast(8))}" : "")}");
    }
}
