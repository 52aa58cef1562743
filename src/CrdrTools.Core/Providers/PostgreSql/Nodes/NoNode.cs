using NpgsqlTypes;

namespace CrdrTools.Core.Providers.PostgreSql.Nodes;

/// <summary>A member whose machine cannot be reached: says what a human must do there.</summary>
internal sealed class NoNode(string member, string? dataDirectory) : INode
{
    private string Data => dataDirectory ?? "DATADIR";

    public bool CanAct => false;

    public Task<NodeState> LookAsync(CancellationToken ct) => Task.FromResult(new NodeState(null, null, null, null, null));

    public Task StartAsync(CancellationToken ct) => throw Hands($"pg_ctl -D {Data} start");

    public Task StopAsync(StopMode mode, TimeSpan limit, CancellationToken ct) => throw Hands($"pg_ctl -D {Data} stop -m {(mode == StopMode.Fast ? "fast" : "immediate")}");

    public Task<ControlFile> ControlAsync(CancellationToken ct) => throw Hands($"pg_controldata -D {Data}");

    public Task<string> KeepWalAsync(NpgsqlLogSequenceNumber from, uint timeline, CancellationToken ct) => throw Hands($"cp -a {Data}/pg_wal {Data}.kept");

    public Task<bool> RewindAsync(string source, string? password, Action<string>? heard, CancellationToken ct) => throw Hands($"pg_rewind --target-pgdata={Data} --source-server=\"{source}\"");

    public Task<string?> BaseBackupAsync(string source, string? password, string slot, Action<string>? heard, CancellationToken ct) => throw Hands($"pg_basebackup -D {Data} -d \"{source}\" -S {slot} -c fast -R");

    public Task FollowAsync(string primary, string slot, CancellationToken ct) => throw Hands($"touch {Data}/standby.signal, with primary_conninfo = '{primary}' and primary_slot_name = '{slot}'");

    public Task CloseDoorsAsync(string operatorUser, string replicationUser, CancellationToken ct) => throw Hands("pg_hba.conf: reject everybody else, then pg_reload_conf()");

    public Task OpenDoorsAsync(CancellationToken ct) => throw Hands("pg_hba.conf: take the rejecting lines out, then pg_reload_conf()");

    private CrdrException Hands(string command) =>
        new(CrdrErrorKind.InvalidState, "NodeNeedsHands", $"{member}: this must be done at its machine, which is not reached from here: {command}.", "Do it there, then resume; or give the pair 'primaryNode' and 'recoveryNode'.");
}
