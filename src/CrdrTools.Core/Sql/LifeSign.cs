using System.Net.Sockets;
#if NET
using Npgsql;
#endif

namespace CrdrTools.Core.Sql;

/// <summary>Whether a server lives, asked of itself: over SQL where there is a connection string, else at its port. A name that cannot be looked up is the asker's own trouble.</summary>
internal static class LifeSign
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(4);

    /// <summary>What a primary says when it is asked.</summary>
    /// <param name="connection">Its connection string, if there is one.</param>
    /// <param name="endpoint">Its host and port, if they are known.</param>
    /// <param name="doubt">False: over SQL, where there is a connection string. True: at its port, where there is none.</param>
    /// <param name="member">Its name.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task<CrdrTestimony?> OfAsync(string? connection, string? endpoint, bool doubt, string member, CancellationToken ct)
    {
#if NET
        if (connection is not null) return doubt ? null : await OverSqlAsync(connection, member, ct).ConfigureAwait(false);
#endif
        return !doubt || Routes.HostPort.Read(endpoint) is not { } place ? null : await AtPortAsync(place.Host, place.Port, member, ct).ConfigureAwait(false);
    }

    private static async Task<CrdrTestimony> AtPortAsync(string host, int port, string member, CancellationToken ct)
    {
        using TcpClient client = new();
        try
        {
            Task connect = client.ConnectAsync(host, port);
            Task first = await Task.WhenAny(connect, Task.Delay(s_patience, ct)).ConfigureAwait(false);
            ct.ThrowIfCancellationRequested();
            if (first != connect)
            {
                _ = connect.ContinueWith(t => t.Exception, TaskScheduler.Default);
                return new() { Witness = "port", Says = WitnessWord.Dead, Why = $"{member} at {host}:{port} takes no connection within {s_patience.TotalSeconds:0} s" };
            }
            await connect.ConfigureAwait(false);
            return new() { Witness = "port", Says = WitnessWord.Alive, Why = $"{member} takes connections at {host}:{port}" };
        }
        catch (SocketException e)
        {
            return new() { Witness = "port", Says = Word(e), Why = $"{member} at {host}:{port}: {e.Message}" };
        }
    }

    /// <summary>Whoever refuses or stays silent is dead; a name that is not known, or a network of our own that is down, says nothing of it.</summary>
    private static WitnessWord Word(Exception e) => e switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused or SocketError.TimedOut or SocketError.HostDown or SocketError.ConnectionReset or SocketError.HostUnreachable } => WitnessWord.Dead,
        TimeoutException => WitnessWord.Dead,
        _ => WitnessWord.NoWord,
    };

#if NET
    private static async Task<CrdrTestimony> OverSqlAsync(string connection, string member, CancellationToken ct)
    {
        CrdrTestimony Say(WitnessWord word, string why) => new() { Witness = "sql", Says = word, Why = $"{member} {why}" };
        try
        {
            await AskAsync(connection, "SELECT 1", ct).ConfigureAwait(false);
            return Say(WitnessWord.Alive, "answers over SQL");
        }
        catch (PostgresException e) when (e.SqlState is "57P01" or "57P02" or "57P03")
        {
            return Say(WitnessWord.Dead, $"takes no connections: {e.MessageText}");
        }
        catch (PostgresException e)
        {
            // It says no: whoever does that lives.
            return Say(WitnessWord.Alive, $"answers: {e.MessageText}");
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or SocketException)
        {
            return Say(Word(e.GetBaseException()), $"does not answer over SQL: {e.GetBaseException().Message.TrimEnd('.')}");
        }
        catch (CrdrException e)
        {
            return Say(WitnessWord.NoWord, $"cannot be asked over SQL: {e.Message}");
        }
    }

    /// <summary>Whether a standby still receives from its primary: then that lives. That it does not is no proof of anything.</summary>
    public static async Task<CrdrTestimony?> ReceiverAsync(string? connection, string member, CancellationToken ct)
    {
        if (connection is null) return null;
        try
        {
            return await AskAsync(connection, "SELECT pg_is_in_recovery()::text || ' ' || coalesce((SELECT coalesce(status, 'hidden') FROM pg_stat_wal_receiver LIMIT 1), 'none')", ct).ConfigureAwait(false) switch
            {
                "true streaming" => new() { Witness = "standby", Says = WitnessWord.Alive, Why = $"{member} still receives from the primary" },
                "true none" => new() { Witness = "standby", Says = WitnessWord.Dead, Why = $"{member} receives nothing from the primary" },
                "true hidden" => new() { Witness = "standby", Says = WitnessWord.NoWord, Why = $"{member} does not tell this role whether it receives (pg_read_all_stats would)" },
                { } other => new() { Witness = "standby", Says = WitnessWord.NoWord, Why = $"{member} says neither ({other})" },
                null => new() { Witness = "standby", Says = WitnessWord.NoWord, Why = $"{member} says nothing" },
            };
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or SocketException or CrdrException)
        {
            return new() { Witness = "standby", Says = WitnessWord.NoWord, Why = $"{member} cannot be asked: {e.GetBaseException().Message.TrimEnd('.')}" };
        }
    }

    private static async Task<string?> AskAsync(string connection, string question, CancellationToken ct)
    {
        NpgsqlDataSourceBuilder builder = new(new NpgsqlConnectionStringBuilder(ConnectionText.Read(connection)) { Timeout = (int)s_patience.TotalSeconds, CommandTimeout = (int)s_patience.TotalSeconds }.ConnectionString);
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        using NpgsqlDataSource source = builder.Build();
        // A server that was stopped in its tracks takes the connection and says nothing: it is left to itself then.
        return await OpenedAsync(source).WaitAsync(s_patience + TimeSpan.FromSeconds(1), ct).ConfigureAwait(false);

        async Task<string?> OpenedAsync(NpgsqlDataSource from)
        {
            using NpgsqlConnection open = from.CreateConnection();
            await open.OpenAsync(ct).ConfigureAwait(false);
            using NpgsqlCommand command = new(question, open) { AllResultTypesAreUnknown = true };
            return await command.ExecuteScalarAsync(ct).ConfigureAwait(false) as string;
        }
    }
#endif
}
