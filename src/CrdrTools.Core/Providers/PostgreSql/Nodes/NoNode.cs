using NpgsqlTypes;

namespace CrdrTools.Core.Providers.PostgreSql.Nodes;

/// <summary>A member with no node control: each thing to do is told to a human, in the commands to run there, and the operation can be resumed after.</summary>
/// <param name="member">The member's name.</param>
/// <param name="host">Its machine.</param>
/// <param name="dataDirectory">Its data directory, where known.</param>
internal sealed class NoNode(string member, string host, string? dataDirectory) : INode
{
    private string Data => dataDirectory is null ? "\"$PGDATA\"" : Quote(dataDirectory);

    /// <inheritdoc/>
    public bool CanAct => false;

    /// <inheritdoc/>
    public Task<NodeState> LookAsync(CancellationToken ct) => Task.FromResult(new NodeState(null, null, null, null, $"{member} has no node control: only SQL tells of it."));

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken ct) => throw Hands("the server must be started", $"pg_ctl start -D {Data}");

    /// <inheritdoc/>
    public Task StopAsync(StopMode mode, TimeSpan limit, CancellationToken ct) =>
        throw Hands("the server must be stopped", $"pg_ctl stop -D {Data} -m {(mode == StopMode.Fast ? "fast" : "immediate")}");

    /// <inheritdoc/>
    public Task<ControlFile> ControlAsync(CancellationToken ct) => throw Hands("its control file must be read", $"pg_controldata -D {Data}");

    /// <inheritdoc/>
    public Task<string> KeepWalAsync(NpgsqlLogSequenceNumber from, uint timeline, CancellationToken ct) => throw Hands("its log must be kept aside",
        $"cp -a {Data}/pg_wal /somewhere/safe/{member}-pg_wal", $"pg_waldump --path={Data}/pg_wal --timeline={timeline} --start={from} --rmgr=Transaction");

    /// <inheritdoc/>
    public Task<bool> RewindAsync(string source, string? password, Action<string>? heard, CancellationToken ct) => throw Hands("the stopped server must be rewound",
        $"cp -p {Data}/*.conf /somewhere/safe/", $"pg_rewind --target-pgdata={Data} --source-server={Quote(Conninfo.ForRewind(Public(source)))} --progress", $"cp -p /somewhere/safe/*.conf {Data}/",
        $"rm -f {Data}/promote", $"touch {Data}/{Standby}");

    /// <inheritdoc/>
    public Task<string?> BaseBackupAsync(string source, string? password, string slot, Action<string>? heard, CancellationToken ct) => throw Hands("the stopped server must be copied anew",
        $"mv {Data} {Old}", $"pg_basebackup -D {Data} -d {Quote(Public(source))} --wal-method=stream --slot={slot} --checkpoint=fast --progress", $"cp -p {Old}/*.conf {Data}/",
        $"touch {Data}/{Standby}");

    /// <inheritdoc/>
    public Task FollowAsync(string primary, string slot, CancellationToken ct) => throw Hands("the stopped server must be made a standby",
        $"touch {Data}/{Standby}", $"set in {Data}/postgresql.auto.conf:", SettingsFile.Line("primary_conninfo", Public(primary)), SettingsFile.Line("primary_slot_name", slot),
        SettingsFile.Line("recovery_target_timeline", "latest"));

    /// <inheritdoc/>
    public Task CloseDoorsAsync(string operatorUser, string replicationUser, CancellationToken ct) => throw Hands(
        $"clients must be kept out by pg_hba.conf: first the entries that let {operatorUser} in, and {replicationUser} for replication, then", "local all all reject", "host all all all reject",
        $"and after that: pg_ctl reload -D {Data}");

    /// <inheritdoc/>
    public Task OpenDoorsAsync(CancellationToken ct) => throw Hands("the entries of pg_hba.conf that keep clients out must be removed", $"pg_ctl reload -D {Data}");

    private const string Standby = "standby.signal";

    private string Old => dataDirectory is null ? "\"$PGDATA\".old" : Quote(dataDirectory + ".old");

    private CrdrException Hands(string what, params string[] commands) => new(CrdrErrorKind.InvalidState, "NodeNeedsHands",
        $"{member} has no node control: {what} on {host}, as the user that the server runs as:\n  {string.Join("\n  ", commands)}", "Then resume the operation.");

    /// <summary>Without a password, which a message must not show.</summary>
    private static string Public(string conninfo) => Conninfo.IsUri(conninfo) ? System.Text.RegularExpressions.Regex.Replace(conninfo, "(//[^/@:]*):[^@/]*@", "$1@")
        : Conninfo.Format(Conninfo.Parse(conninfo).Where(p => p.Key != "password"));

    private static string Quote(string argument) => argument.All(c => char.IsAsciiLetterOrDigit(c) || "._-/=:".Contains(c)) ? argument : $"'{argument.Replace("'", "'\\''")}'";
}
