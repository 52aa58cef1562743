using System.Buffers.Binary;
using System.Text;
using CrdrTools.Simulator;
using Npgsql;

namespace CrdrTools.Tests.Simulator;

/// <summary>A simulator whose clock stands, and clients of its SQL port that are not ours.</summary>
internal sealed class SqlRehearsal : IDisposable
{
    public const string Primary = CockroachRehearsal.Primary;
    public const string Standby = CockroachRehearsal.Standby;

    /// <summary>What is said before a probe can be written.</summary>
    public static readonly string[] MakeTable =
    [
        "CREATE DATABASE IF NOT EXISTS crdrtools",
        "CREATE TABLE IF NOT EXISTS crdrtools.probe (pair STRING PRIMARY KEY, at TIMESTAMPTZ NOT NULL)",
    ];

    public CockroachRehearsal Cloud { get; } = new();

    public SimulatorWorld World => Cloud.World;

    public void Dispose() => Cloud.Dispose();

    public string ConnectionString(string cluster = Primary, string password = "demo", string database = "defaultdb") =>
        ConnectionString(Cloud.Server, $"{cluster}.{database}", password);

    public static string ConnectionString(SimulatorServer server, string database, string password) =>
        $"Host=127.0.0.1;Port={server.SqlPort};Username=anybody;Password={password};Database={database};"
        + "Server Compatibility Mode=NoTypeLoading;SSL Mode=Disable;Pooling=false;Timeout=300;Command Timeout=300";

    public async Task<NpgsqlConnection> Open(string cluster = Primary) => await OpenWith(ConnectionString(cluster));

    public static async Task<NpgsqlConnection> OpenWith(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString);
        try
        {
            await connection.OpenAsync();
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs one statement in a connection of its own.</summary>
    public async Task<object?> Run(string sql, string cluster = Primary)
    {
        await using var connection = await Open(cluster);
        return await Run(connection, sql);
    }

    /// <summary>Runs one statement, in the protocol's steps.</summary>
    public static async Task<object?> Run(NpgsqlConnection connection, string sql, params string[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Writes a probe as a tool does: everything that it needs, each time.</summary>
    public async Task Probe(string cluster = Primary, string pair = "orders")
    {
        await using var connection = await Open(cluster);
        foreach (var sql in MakeTable) await Run(connection, sql);
        await Run(connection, $"UPSERT INTO crdrtools.probe (pair, at) VALUES ('{pair}', now())");
    }

    /// <summary>What a statement or a connection is refused with.</summary>
    public static Task<PostgresException> Refused(Func<Task> act) => Assert.ThrowsAsync<PostgresException>(act);

    public RawClient Raw() => new(new Uri($"http://127.0.0.1:{Cloud.Server.SqlPort}/"));

    /// <summary>A client that was let in, and speaks in bytes from there.</summary>
    public async Task<RawClient> RawIn(string cluster = Primary)
    {
        var raw = Raw();
        await raw.Send(Startup($"{cluster}.defaultdb"));
        await raw.Send(Message('p', Text("demo")));
        await raw.ReadUntil("Z\0\0\0\u0005I");
        return raw;
    }

    /// <summary>The first message of a client.</summary>
    public static byte[] Startup(string database) =>
        Message(null, [.. Int32(3 << 16), .. Text("user"), .. Text("me"), .. Text("database"), .. Text(database), 0]);

    /// <summary>A message with its length; only the first ones of a client have no type.</summary>
    public static byte[] Message(char? type, byte[] body) =>
        [.. type is { } letter ? [(byte)letter] : Array.Empty<byte>(), .. Int32(body.Length + 4), .. body];

    public static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    public static byte[] Int32(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
