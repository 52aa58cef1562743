using CrdrTools.Simulator.Loopback;

namespace CrdrTools.Simulator.CockroachCloud.Sql;

/// <summary>From a client's first byte to its first statement: encryption is declined, the cluster found, the password asked for.</summary>
internal sealed class WireStartup(SimulatorWorld world, LoopbackSocket socket, WireReader reader, WireWriter writer)
{
    private const int Version3 = 3 << 16;
    private const int CancelRequest = 80877102;
    private const int SslRequest = 80877103;
    private const int GssRequest = 80877104;

    /// <summary>The session; null when the client has left, or came only to cancel something.</summary>
    public async Task<SqlSession?> RunAsync()
    {
        if (await ParametersAsync().ConfigureAwait(false) is not { } parameters) return null;
        var cluster = world.EnterSql(parameters.Cluster);
        writer.AskForPassword();
        await SendAsync().ConfigureAwait(false);
        if (await reader.NextAsync().ConfigureAwait(false) is not { } answer) return null;
        if (answer.Type != 'p') throw SqlProblem.Protocol($"expected password response, got message type {(int)answer.Type}");
        if (answer.Text() != world.Token)
            throw new SqlProblem("28P01", $"password authentication failed for user {parameters.User}") { Fatal = true };
        var session = new SqlSession(world, cluster.Id);
        writer.Welcome(SessionVariables.Of(cluster, parameters));
        writer.Ready(session.Transaction.Status);
        await SendAsync().ConfigureAwait(false);
        return session;
    }

    private async Task<StartupParameters?> ParametersAsync()
    {
        while (await reader.StartupAsync().ConfigureAwait(false) is { } message)
        {
            switch (message.Int32())
            {
                case Version3:
                    return new StartupParameters(message);
                case CancelRequest:
                    return null;
                case SslRequest or GssRequest:
                    writer.EncryptionDeclined();
                    await SendAsync().ConfigureAwait(false);
                    break;
                case var version:
                    throw SqlProblem.Protocol($"unsupported frontend protocol {version >> 16}.{version & 0xFFFF}: server supports 3.0");
            }
        }
        return null;
    }

    private Task SendAsync() => socket.SendAsync(writer.Take());
}
