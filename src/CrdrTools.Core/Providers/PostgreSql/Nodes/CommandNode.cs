using System.Globalization;
using CrdrTools.Core.Processes;
using NpgsqlTypes;

namespace CrdrTools.Core.Providers.PostgreSql.Nodes;

/// <summary>
/// A member reached by the operator's own programs, such as <c>ssh</c> or <c>systemctl</c>: a list of arguments for each thing to do, run without a shell.
/// <c>{mode}</c>, <c>{source}</c>, <c>{slot}</c>, <c>{primary}</c>, <c>{lsn}</c>, <c>{timeline}</c>, <c>{operator}</c> and <c>{replication}</c> are replaced inside an argument; the same is in the
/// environment as <c>CRDR_MODE</c> and so on, and a password as <c>PGPASSWORD</c>. Each must be as safe to repeat as <see cref="LocalNode"/> is.
/// </summary>
/// <param name="member">The member's name.</param>
/// <param name="commands">
/// By name: <c>status</c> prints <c>running</c> or <c>stopped</c> first; <c>control</c> prints what <c>pg_controldata</c> does; <c>start</c>; <c>stop</c> returns when the server
/// is gone; <c>rewind</c> prints what <c>pg_rewind</c> does; <c>basebackup</c> prints where it kept the old directory last, or nothing; <c>follow</c>; <c>keepwal</c> prints where
/// it kept the log last; <c>closedoors</c>; <c>opendoors</c>.
/// </param>
/// <param name="limit">How long one may take; a rewind and a base backup take as long as they need.</param>
internal sealed class CommandNode(string member, IReadOnlyDictionary<string, IReadOnlyList<string>> commands, TimeSpan limit) : INode
{
    /// <summary>The commands there are.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["status", "control", "start", "stop", "rewind", "basebackup", "follow", "keepwal", "closedoors", "opendoors"];

    /// <inheritdoc/>
    public bool CanAct => true;

    /// <inheritdoc/>
    public async Task<NodeState> LookAsync(CancellationToken ct)
    {
        bool? running = null;
        ControlFile? control = null;
        List<string> troubles = [];
        try
        {
            string said = await RunAsync("status", ct).ConfigureAwait(false);
            running = said.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() switch { "running" => true, "stopped" => false, _ => null };
            if (running is null) troubles.Add($"The command 'status' of {member} printed neither 'running' nor 'stopped' first.");
        }
        catch (CrdrException e)
        {
            troubles.Add(e.Message);
        }
        try
        {
            control = await ControlAsync(ct).ConfigureAwait(false);
        }
        catch (CrdrException e)
        {
            troubles.Add(e.Message);
        }
        return new(running, control, null, null, troubles.Count == 0 ? null : string.Join(' ', troubles));
    }

    /// <inheritdoc/>
    public async Task<ControlFile> ControlAsync(CancellationToken ct) =>
        ControlFiles.Parse(await RunAsync("control", ct).ConfigureAwait(false))
        ?? throw new CrdrException(CrdrErrorKind.BadReply, "NodeControlDamaged", $"The command 'control' of {member} did not print what pg_controldata prints in English (LC_ALL=C), or that warns of a wrong checksum.");

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken ct) => RunAsync("start", ct);

    /// <inheritdoc/>
    public async Task StopAsync(StopMode mode, TimeSpan limit, CancellationToken ct)
    {
        try
        {
            await RunAsync("stop", limit, null, null, ct, ("mode", mode == StopMode.Fast ? "fast" : "immediate")).ConfigureAwait(false);
        }
        catch (CrdrException e) when (e.ErrorId == "NodeCommandTimeout")
        {
            throw new CrdrException(CrdrErrorKind.Timeout, "NodeStopTimeout", $"{e.Message} The server may stop yet.", inner: e);
        }
    }

    /// <inheritdoc/>
    public async Task<string> KeepWalAsync(NpgsqlLogSequenceNumber from, uint timeline, CancellationToken ct) =>
        LastLine(await RunAsync("keepwal", Timeout.InfiniteTimeSpan, null, null, ct, ("lsn", from.ToString()), ("timeline", timeline.ToString(CultureInfo.InvariantCulture))).ConfigureAwait(false))
        ?? throw new CrdrException(CrdrErrorKind.BadReply, "NodeCommandReply", $"The command 'keepwal' of {member} did not print where it kept the log.");

    /// <inheritdoc/>
    public async Task<bool> RewindAsync(string source, string? password, Action<string>? heard, CancellationToken ct)
    {
        bool none = false;
        await RunAsync("rewind", Timeout.InfiniteTimeSpan, password, Hear, ct, ("source", Conninfo.ForRewind(source))).ConfigureAwait(false);
        return !Volatile.Read(ref none);

        void Hear(string line)
        {
            // It is an error's stream that pg_rewind writes it to.
            if (line.Contains("no rewind required", StringComparison.Ordinal)) Volatile.Write(ref none, true);
            heard?.Invoke(line);
        }
    }

    /// <inheritdoc/>
    public async Task<string?> BaseBackupAsync(string source, string? password, string slot, Action<string>? heard, CancellationToken ct) =>
        LastLine(await RunAsync("basebackup", Timeout.InfiniteTimeSpan, password, heard, ct, ("source", source), ("slot", slot)).ConfigureAwait(false));

    /// <inheritdoc/>
    public Task FollowAsync(string primary, string slot, CancellationToken ct) => RunAsync("follow", limit, null, null, ct, ("primary", primary), ("slot", slot));

    /// <inheritdoc/>
    public Task CloseDoorsAsync(string operatorUser, string replicationUser, CancellationToken ct) =>
        RunAsync("closedoors", limit, null, null, ct, ("operator", operatorUser), ("replication", replicationUser));

    /// <inheritdoc/>
    public Task OpenDoorsAsync(CancellationToken ct) => RunAsync("opendoors", ct);

    private static string? LastLine(string said) => said.Split('\n').Select(l => l.Trim()).LastOrDefault(l => l.Length > 0);

    private Task<string> RunAsync(string name, CancellationToken ct) => RunAsync(name, limit, null, null, ct);

    private async Task<string> RunAsync(string name, TimeSpan within, string? password, Action<string>? heard, CancellationToken ct, params (string Name, string Value)[] values)
    {
        if (commands.GetValueOrDefault(name) is not { Count: > 0 } template)
            throw new CrdrException(CrdrErrorKind.InvalidInput, "NodeCommandMissing", $"The member {member} has no node command '{name}'.", $"Give one, or do it by hand at {member}.");
        Dictionary<string, string> environment = values.ToDictionary(v => "CRDR_" + v.Name.ToUpperInvariant(), v => v.Value);
        environment["CRDR_MEMBER"] = member;
        environment["LC_ALL"] = "C";
        if (password is not null) environment["PGPASSWORD"] = password;
        string[] command = [.. template.Select(a => Fill(a, values))];
        try
        {
            return await new CommandProcess($"{member}: node command '{name}'", "NodeCommand").RunAsync(command, environment, within, ct, heard).ConfigureAwait(false);
        }
        catch (CrdrException e) when (e.ErrorId == "NodeCommandMissing")
        {
            throw new CrdrException(e.Kind, "NodeCommandNotStarted", e.Message, inner: e);
        }
    }

    /// <summary>In one pass: what a value holds is never taken for a placeholder.</summary>
    private static string Fill(string argument, (string Name, string Value)[] values) => values.Length == 0 ? argument
        : System.Text.RegularExpressions.Regex.Replace(argument, string.Join('|', values.Select(v => $"\\{{{v.Name}\\}}")), m => values.First(v => m.Value == $"{{{v.Name}}}").Value);
}
