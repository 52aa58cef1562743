using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using NpgsqlTypes;

namespace CrdrTools.Core.Providers.PostgreSql.Nodes;

/// <summary>
/// A member whose data directory and programs are on this machine. A server that a service manager keeps is not for this one: that would
/// start what is stopped here; give its commands instead (<see cref="CommandNode"/>).
/// </summary>
internal sealed class LocalNode : INode
{
    private const string Standby = "standby.signal", AutoConf = "postgresql.auto.conf";
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(30);

    private readonly PostgresPrograms _programs;
    private readonly string _data, _hba;
    private readonly string? _config, _log;
    private readonly Unfinished _unfinished;

    /// <summary>Describes it; nothing is looked at yet.</summary>
    /// <param name="dataDirectory">Its data directory. A link is followed.</param>
    /// <param name="programs">PostgreSQL's programs, of the server's own release.</param>
    /// <param name="configFile">Its <c>postgresql.conf</c>, where that is not in the data directory.</param>
    /// <param name="hbaFile">Its <c>pg_hba.conf</c>, where that is neither in the data directory nor beside <paramref name="configFile"/>.</param>
    /// <param name="logFile">What the server prints until its own log takes over; by default beside the data directory.</param>
    public LocalNode(string dataDirectory, PostgresPrograms programs, string? configFile = null, string? hbaFile = null, string? logFile = null)
    {
        _programs = programs;
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataDirectory));
        _data = Directory.Exists(full) ? Directory.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full : full;
        _config = configFile;
        _hba = hbaFile ?? Path.Combine(configFile is null ? _data : Path.GetDirectoryName(Path.GetFullPath(configFile))!, "pg_hba.conf");
        _log = logFile;
        _unfinished = new(_data);
    }

    /// <inheritdoc/>
    public bool CanAct => true;

    /// <summary>Who the server runs as: whose its data directory is.</summary>
    private FileOwner? Owner => (Posix.Stat(_data) ?? Posix.Stat(Path.GetDirectoryName(_data)!))?.Owner;

    /// <inheritdoc/>
    public Task<NodeState> LookAsync(CancellationToken ct) => InWordsAsync(() => SeeAsync(ct));

    private async Task<NodeState> SeeAsync(CancellationToken ct)
    {
        string? unfinished = _unfinished.What;
        if (!Directory.Exists(_data)) return new(false, null, null, unfinished, $"{_data} does not exist.");
        Postmaster? postmaster = Postmaster.Of(_data);
        bool? running = postmaster?.Holder switch { LockHolder.Server => true, LockHolder.Hidden => null, _ => false };
        string? detail = postmaster?.Holder switch
        {
            LockHolder.Gone => $"Process {postmaster.Process} has ended and left {Postmaster.FileName}.",
            LockHolder.Stranger => $"{Postmaster.FileName} names process {postmaster.Process}, which is another program now.",
            LockHolder.Hidden => $"Process {postmaster.Process} is not to be seen by this user.",
            _ => null,
        };
        ControlFile? control = null;
        try
        {
            control = await ControlAsync(ct).ConfigureAwait(false);
        }
        catch (CrdrException e)
        {
            detail = detail is null ? e.Message : $"{detail} {e.Message}";
        }
        return new(running, control, File.Exists(In(Standby)), unfinished, detail, running == true ? postmaster!.Port : null, File.Exists(In("backup_label")));
    }

    /// <inheritdoc/>
    public async Task<ControlFile> ControlAsync(CancellationToken ct)
    {
        string file = In("global/pg_control");
        try
        {
            // A running server may be writing it just then: torn reads are told by the checksum.
            for (int read = 0; read < 5; read++)
                if (ControlFiles.Read(File.ReadAllBytes(file)) is { } control) return control;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CrdrException(e is UnauthorizedAccessException ? CrdrErrorKind.PermissionDenied : CrdrErrorKind.NotFound, "NodeControlUnreadable", $"The control file cannot be read: {e.Message}");
        }
        ProgramEnd said = await RunAsync("pg_controldata", ["-D", _data], s_short, null, null, ct).ConfigureAwait(false);
        return said.ExitCode == 0 && ControlFiles.Parse(said.Output) is { } parsed ? parsed
            : throw new CrdrException(CrdrErrorKind.Damaged, "NodeControlDamaged", $"{file} is damaged or not of the release of {_programs.Folder}. {LastLines(said)}");
    }

    /// <inheritdoc/>
    public async Task StopAsync(StopMode mode, TimeSpan limit, CancellationToken ct)
    {
        if (Postmaster.Of(_data) is not { } found || found.Holder is LockHolder.Gone or LockHolder.Stranger) return;
        if (found.Holder == LockHolder.Hidden) throw Hidden(found);
        int signal = mode == StopMode.Fast ? Posix.Interrupt : Posix.Quit;
        int held = Posix.OpenProcess(found.Process);
        if (held < 0)
        {
            await StopUnheldAsync(found.Process, mode, signal, limit, ct).ConfigureAwait(false);
            return;
        }
        try
        {
            // What is held now is looked at again: the id may have been given away in between.
            if (Postmaster.Of(_data) is not { Holder: LockHolder.Server } still || still.Process != found.Process) return;
            if (!Posix.SignalHeld(held, signal))
            {
                if (Posix.WaitHeld(held, 0)) return;
                throw new CrdrException(CrdrErrorKind.PermissionDenied, "NodePermission", $"Process {found.Process} may not be stopped by this user.", "Run this as the user that the server runs as, or as root.");
            }
            // One that was stopped in its tracks hears it when it wakes up, before it does anything else; its children it kills by itself.
            if (mode == StopMode.Immediate) Posix.SignalHeld(held, Posix.Continue);
            Stopwatch waited = Stopwatch.StartNew();
            bool gone = await Task.Factory.StartNew(() =>
            {
                // It wakes at the end of the process; the slices are for a cancellation alone.
                while (true)
                {
                    double left = (limit - waited.Elapsed).TotalMilliseconds;
                    if (Posix.WaitHeld(held, (int)Math.Clamp(left, 0, 50))) return true;
                    if (left <= 0 || ct.IsCancellationRequested) return false;
                }
            }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            if (!gone) throw NotStopped(found.Process, limit, ct);
        }
        finally
        {
            Posix.CloseHeld(held);
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken ct) => InWordsAsync(() => StartServerAsync(ct));

    /// <inheritdoc/>
    public Task<bool> RewindAsync(string source, string? password, Action<string>? heard, CancellationToken ct) => InWordsAsync(() => RewindDirectoryAsync(source, password, heard, ct));

    /// <inheritdoc/>
    public Task<string?> BaseBackupAsync(string source, string? password, string slot, Action<string>? heard, CancellationToken ct) => InWordsAsync(() => ReplaceDirectoryAsync(source, password, slot, heard, ct));

    /// <inheritdoc/>
    public Task FollowAsync(string primary, string slot, CancellationToken ct) => InWordsAsync(() => SetToFollowAsync(primary, slot, ct));

    /// <inheritdoc/>
    public Task<string> KeepWalAsync(NpgsqlLogSequenceNumber from, uint timeline, CancellationToken ct) => InWordsAsync(() => KeepLogAsync(from, timeline, ct));

    /// <inheritdoc/>
    public Task<bool?> HasLogAfterAsync(NpgsqlLogSequenceNumber place, uint timeline, CancellationToken ct) => InWordsAsync(async () =>
    {
        // One that was promoted and ended before its next checkpoint has a control file of the timeline before: what it wrote is on a later one (safety rule S21).
        if (Directory.EnumerateFiles(In("pg_wal")).Select(f => Regex.Match(Path.GetFileName(f), "^([0-9A-F]{8})([0-9A-F]{16}|\\.history)"))
            .Any(m => m.Success && uint.Parse(m.Groups[1].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) > timeline)) return true;
        // It goes record by record from the page that holds the place; where that page was never written, or ends before the place, it finds none.
        ProgramEnd dump = await RunAsync("pg_waldump", [$"--path={In("pg_wal")}", $"--timeline={timeline.ToString(CultureInfo.InvariantCulture)}", $"--start={place}", "--limit=1"], s_short, null, null, ct).ConfigureAwait(false);
        return dump.ExitCode == 0 || dump.Output.Trim().Length > 0 ? true : dump.Errors.Contains("could not find a valid record after", StringComparison.Ordinal) ? false : (bool?)null;
    });

    /// <inheritdoc/>
    public Task<(uint Timeline, string Text)?> HistoryAsync(CancellationToken ct) => InWordsAsync<(uint, string)?>(async () =>
    {
        string? newest = Directory.EnumerateFiles(In("pg_wal"), "*.history").Where(f => Regex.IsMatch(Path.GetFileName(f), "^[0-9A-F]{8}\\.history$")).Max(StringComparer.Ordinal);
        return newest is null ? null : (uint.Parse(Path.GetFileNameWithoutExtension(newest), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), await File.ReadAllTextAsync(newest, ct).ConfigureAwait(false));
    });

    /// <inheritdoc/>
    public Task<OwnLog?> OwnLogAsync(CancellationToken ct) => InWordsAsync(async () =>
    {
        ControlFile control = await ControlAsync(ct).ConfigureAwait(false);
        string main = _config ?? In("postgresql.conf");
        bool archive = new[] { In(AutoConf), main }.Any(f => File.Exists(f) && !string.IsNullOrEmpty(SettingsFile.Get(File.ReadAllText(f), "restore_command")));
        if (control.SegmentSize == 0) return null;
        // A copy, or one that was rewound, begins where its label says, whatever its control file does.
        Match label = File.Exists(In("backup_label")) ? Regex.Match(await File.ReadAllTextAsync(In("backup_label"), ct).ConfigureAwait(false), "^START WAL LOCATION: ([0-9A-F]+/[0-9A-F]+)", RegexOptions.Multiline) : Match.Empty;
        return new OwnLog(label.Success ? NpgsqlLogSequenceNumber.Parse(label.Groups[1].Value) : control.Redo,
            [.. Directory.EnumerateFiles(In("pg_wal")).Select(f => Path.GetFileName(f)).Where(n => Regex.IsMatch(n, "^[0-9A-F]{24}$") && HoldsItsOwn(n, control.SegmentSize)).Order(StringComparer.Ordinal)], archive);
    });

    /// <summary>Whether a piece of the log begins with the place that its name says: its first page tells that.</summary>
    private bool HoldsItsOwn(string name, uint size)
    {
        Span<byte> head = stackalloc byte[16];
        using FileStream file = new(Path.Combine(In("pg_wal"), name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length
            && PostgresSql.LogPiece(new(BinaryPrimitives.ReadUInt64LittleEndian(head[8..])), size) == name[8..];
    }

    /// <inheritdoc/>
    public Task CloseDoorsAsync(string operatorUser, string replicationUser, CancellationToken ct) => InWordsAsync(() => CloseAsync(operatorUser, replicationUser, ct));

    /// <inheritdoc/>
    public Task OpenDoorsAsync(CancellationToken ct) => InWordsAsync(() => OpenAsync(ct));

    private async Task StartServerAsync(CancellationToken ct)
    {
        if (Runs()) return;
        Repair();
        if (_unfinished.What is { } begun)
            throw new CrdrException(CrdrErrorKind.Refused, "NodeUnfinished", $"{_data} must not be started: {begun} was begun there and not ended.", "A base backup makes it whole again; the old files are kept.");
        await ForgetAsync(ct).ConfigureAwait(false);
        FileOwner? owner = Owner;
        string log = _log ?? _data + ".start.log";
        try
        {
            using (new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) Posix.Give(log, owner);
        }
        catch (UnauthorizedAccessException)
        {
            log = In("crdr-start.log");
        }
        long before = File.Exists(log) ? new FileInfo(log).Length : 0;
        string[] config = _config is null ? [] : ["-c", $"config_file={_config}"];
        if (OperatingSystem.IsLinux()) await LaunchAsync(["-D", _data, .. config], log, before, ct).ConfigureAwait(false);
        else await StartByPgCtlAsync(config, log, before, ct).ConfigureAwait(false);
    }

    private async Task<bool> RewindDirectoryAsync(string source, string? password, Action<string>? heard, CancellationToken ct)
    {
        await ReadyToChangeAsync(ct).ConfigureAwait(false);
        if (_unfinished.What is { } begun)
        {
            throw new CrdrException(CrdrErrorKind.Refused, "NodeUnfinished",
                $"{_data} cannot be rewound: {begun} was begun there and not ended, and what it has changed since the fork can no longer be told from its log.", "Take a base backup; the old files are kept.");
        }
        FileOwner? owner = Owner;
        _unfinished.Begin("a rewind", owner);
        bool changing = false, none = false;
        string[] config = _config is null ? [] : [$"--config-file={_config}"];
        ProgramEnd end;
        try
        {
            // It says that it needs to copy right before the first change, and only where progress is asked for.
            end = await RunAsync("pg_rewind", ["--target-pgdata", _data, "--source-server", Conninfo.ForRewind(source), "--progress", .. config],
                Timeout.InfiniteTimeSpan, password, Hear, ct).ConfigureAwait(false);
        }
        catch
        {
            if (!changing) _unfinished.End();
            throw;
        }
        if (end.ExitCode != 0)
        {
            if (!changing) _unfinished.End();
            throw new CrdrException(CrdrErrorKind.InvalidState, "NodeRewindFailed", $"pg_rewind ended with {end.ExitCode}{(changing ? " after it had begun to change files" : ", and nothing was changed")}: {LastLines(end)}",
                changing ? "Take a base backup; the old files are kept." : null);
        }
        none = end.Output.Contains("no rewind required", StringComparison.Ordinal) || end.Errors.Contains("no rewind required", StringComparison.Ordinal);
        if (!none) Settle(_data, owner);
        _unfinished.End();
        return !none;

        void Hear(string line)
        {
            if (line.Contains("need to copy", StringComparison.Ordinal)) Volatile.Write(ref changing, true);
            heard?.Invoke(line);
        }
    }

    private async Task<string?> ReplaceDirectoryAsync(string source, string? password, string slot, Action<string>? heard, CancellationToken ct)
    {
        await ReadyToChangeAsync(ct).ConfigureAwait(false);
        string stamp = DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);
        string complete = $"{_data}.new-{stamp}", old = $"{_data}.old-{stamp}";
        FileOwner? owner = Owner;
        if (owner is { User: 0 } && Environment.IsPrivilegedProcess)
            throw new CrdrException(CrdrErrorKind.InvalidState, "NodeOwner", $"{_data} would belong to root, and PostgreSQL does not run as root.", "Make it an empty folder of the user that the server is to run as.");
        bool earlier = _unfinished.What is not null, replaces = Directory.Exists(_data) && Directory.EnumerateFileSystemEntries(_data).Any();
        List<string> arguments = ["-D", complete, "-d", Conninfo.IsUri(source) ? source : Conninfo.Format(Conninfo.Parse(source)), "--wal-method=stream", $"--slot={slot}", "--checkpoint=fast", "--progress"];
        string? log = Directory.Exists(In("pg_wal")) && Directory.ResolveLinkTarget(In("pg_wal"), returnFinalTarget: true) is { } elsewhere
            ? $"{Regex.Replace(elsewhere.FullName, @"\.new-\d{8}T\d{9}Z$", "")}.new-{stamp}" : null;
        try
        {
            foreach (string left in Directory.GetDirectories(Path.GetDirectoryName(_data)!, $"{Path.GetFileName(_data)}.new-*").Where(d => Regex.IsMatch(d, @"\.new-\d{8}T\d{9}Z$")))
                Directory.Delete(left, recursive: true);
            OwnedFiles.CreateFolder(complete, owner);
            if (log is not null)
            {
                OwnedFiles.CreateFolder(log, owner);
                arguments.Add($"--waldir={log}");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CrdrException(CrdrErrorKind.PermissionDenied, "NodeFolder", $"A base backup needs to make a folder beside {_data}: {e.Message}");
        }
        try
        {
            ProgramEnd end = await RunAsync("pg_basebackup", arguments, Timeout.InfiniteTimeSpan, password, heard, ct).ConfigureAwait(false);
            if (end.ExitCode != 0)
            {
                bool tablespaces = Regex.IsMatch(end.Errors, "directory \".*\" exists but is not empty");
                throw new CrdrException(CrdrErrorKind.InvalidState, tablespaces ? "NodeTablespaces" : "NodeBaseBackupFailed",
                    tablespaces ? $"{LastLines(end)} The source has a tablespace, and its place is taken on this machine: where else it should go is not known. Take the base backup by hand, with --tablespace-mapping."
                        : $"pg_basebackup ended with {end.ExitCode}, and {_data} is as it was: {LastLines(end)}");
            }
            _unfinished.Begin("a base backup in the place of the data directory", owner);
            Settle(complete, owner);
            _unfinished.BeginExchange(complete, old);
        }
        catch
        {
            if (!earlier) _unfinished.End();
            Directory.Delete(complete, recursive: true);
            if (log is not null) Directory.Delete(log, recursive: true);
            throw;
        }
        try
        {
            _unfinished.EndExchange();
        }
        catch (IOException e)
        {
            throw new CrdrException(CrdrErrorKind.InvalidState, "NodeFolder", $"The base backup is complete in {complete}, and cannot take the place of {_data}: {e.Message}",
                "A data directory that is a mount point cannot be renamed: make it a folder below one.");
        }
        return replaces ? old : null;
    }

    private async Task SetToFollowAsync(string primary, string slot, CancellationToken ct)
    {
        await ReadyToChangeAsync(ct).ConfigureAwait(false);
        string file = In(AutoConf), text = File.Exists(file) ? await File.ReadAllTextAsync(file, ct).ConfigureAwait(false) : "";
        string main = _config ?? In("postgresql.conf");
        string? before = SettingsFile.Get(text, "primary_conninfo") ?? (File.Exists(main) ? SettingsFile.Get(await File.ReadAllTextAsync(main, ct).ConfigureAwait(false), "primary_conninfo") : null);
        text = SettingsFile.Set(text, "primary_conninfo", Conninfo.ForStandby(primary, before));
        text = SettingsFile.Set(text, "primary_slot_name", slot);
        text = SettingsFile.Set(text, "recovery_target_timeline", "latest");
        FileOwner? owner = Owner;
        // First what makes it a standby: were it killed in between, it would follow nobody rather than take writes.
        OwnedFiles.Write(In(Standby), "", owner);
        OwnedFiles.Write(file, text, owner);
    }

    private async Task<string> KeepLogAsync(NpgsqlLogSequenceNumber from, uint timeline, CancellationToken ct)
    {
        ControlFile control = await ControlAsync(ct).ConfigureAwait(false);
        string stamp = DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);
        return await new WalKeeper(_data, _programs, Owner, control.SegmentSize).KeepAsync(from, timeline, $"{_data}.kept-{stamp}", ct).ConfigureAwait(false);
    }

    private async Task CloseAsync(string operatorUser, string replicationUser, CancellationToken ct)
    {
        string text = await File.ReadAllTextAsync(_hba, ct).ConfigureAwait(false);
        string closed = HbaDoors.Close(text, operatorUser, replicationUser) ?? throw new CrdrException(CrdrErrorKind.InvalidState, "HbaOperator",
            $"No entry of {_hba} lets the user {operatorUser} in by name or by 'all': closed, the doors would keep this tool out too.", $"Add one: host all {operatorUser} <address> scram-sha-256");
        if (closed != text) OwnedFiles.Write(_hba, closed, Owner);
    }

    private async Task OpenAsync(CancellationToken ct)
    {
        string text = await File.ReadAllTextAsync(_hba, ct).ConfigureAwait(false), open = HbaDoors.Open(text);
        if (open != text) OwnedFiles.Write(_hba, open, Owner);
    }

    /// <summary>Trouble with files is told in the same words as other trouble.</summary>
    private static async Task<T> InWordsAsync<T>(Func<Task<T>> act)
    {
        try
        {
            return await act().ConfigureAwait(false);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new CrdrException(CrdrErrorKind.PermissionDenied, "NodePermission", e.Message, "Run this as the user that the server runs as, or as root.", e);
        }
        catch (IOException e)
        {
            throw new CrdrException(CrdrErrorKind.InvalidState, "NodeFolder", e.Message, inner: e);
        }
    }

    private static Task InWordsAsync(Func<Task> act) => InWordsAsync(async () =>
    {
        await act().ConfigureAwait(false);
        return true;
    });

    private string In(string name) => Path.Combine(_data, name);

    private Task<ProgramEnd> RunAsync(string program, IEnumerable<string> arguments, TimeSpan limit, string? password, Action<string>? heard, CancellationToken ct) =>
        _programs.RunAsync(program, Owner?.ToString(), arguments, limit, heard, ct, password);

    private bool Runs() => Postmaster.Of(_data) is { } found && found.Holder switch
    {
        LockHolder.Server => true,
        LockHolder.Hidden => throw Hidden(found),
        _ => false,
    };

    private async Task ReadyToChangeAsync(CancellationToken ct)
    {
        if (Runs()) throw new CrdrException(CrdrErrorKind.InvalidState, "NodeRunning", $"A server runs on {_data}; it must be stopped first.");
        Repair();
        await ForgetAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Ends an exchange of directories that was cut off: the new one is complete, and what is in its place is kept.</summary>
    private void Repair() => _unfinished.EndExchange();

    /// <summary>Removes the files of a server that has ended without a word, once nothing of it is at work any more.</summary>
    private async Task ForgetAsync(CancellationToken ct)
    {
        if (Postmaster.Of(_data) is not { } left) return;
        Stopwatch waited = Stopwatch.StartNew();
        while (Postmaster.HasWorkers(_data))
        {
            if (waited.Elapsed > s_short) throw new CrdrException(CrdrErrorKind.InvalidState, "NodeRunning", $"Process {left.Process} has ended, and others still work on {_data}.");
            await Task.Delay(2, ct).ConfigureAwait(false);
        }
        left.Forget(_data);
    }

    /// <summary>
    /// After the other server's files came: this one's own settings again, no request to promote that was copied along, and, whatever happens next, a standby:
    /// started without that, it would end its recovery and take writes on the other's timeline. pg_rewind and pg_basebackup have made theirs durable by then.
    /// </summary>
    private void Settle(string directory, FileOwner? owner)
    {
        OwnSettings.Copy(_unfinished.Own, directory, owner);
        File.Delete(Path.Combine(directory, "promote"));
        OwnedFiles.Write(Path.Combine(directory, Standby), "", owner);
    }

    /// <summary>
    /// Starts the server in a session of its own, with none of this process's files: it outlives this process and a Ctrl+C at its terminal. It is there when it has
    /// taken the lock of its data directory.
    /// </summary>
    private async Task LaunchAsync(IEnumerable<string> arguments, string log, long before, CancellationToken ct)
    {
        ProcessStartInfo server = _programs.For("postgres", Owner?.ToString(), arguments);
        ProcessStartInfo start = new("/bin/sh") { UseShellExecute = false, WorkingDirectory = "/" };
        foreach (string argument in new[] { "-c", "exec setsid \"$@\" </dev/null >>\"$0\" 2>&1", log, server.FileName }.Concat(server.ArgumentList)) start.ArgumentList.Add(argument);
        foreach (KeyValuePair<string, string?> variable in server.Environment) start.Environment[variable.Key] = variable.Value;
        using Process process = Process.Start(start)!;
        while (Postmaster.Of(_data) is not { Holder: LockHolder.Server } found || found.Process != process.Id)
        {
            if (process.HasExited) throw NotStarted(log, before);
            await Task.Delay(1, ct).ConfigureAwait(false);
        }
    }

    private async Task StartByPgCtlAsync(IReadOnlyList<string> config, string log, long before, CancellationToken ct)
    {
        string[] options = config.Count == 0 ? [] : ["-o", string.Join(' ', config.Select(c => $"\"{c}\""))];
        ProgramEnd end = await RunAsync("pg_ctl", ["start", "-W", "-D", _data, "-l", log, .. options], s_short, null, null, ct).ConfigureAwait(false);
        Stopwatch waited = Stopwatch.StartNew();
        while (end.ExitCode == 0 && Postmaster.Of(_data) is not { Holder: LockHolder.Server } && waited.Elapsed < s_short) await Task.Delay(2, ct).ConfigureAwait(false);
        if (Postmaster.Of(_data) is not { Holder: LockHolder.Server }) throw NotStarted(log, before);
    }

    /// <summary>Where a process cannot be held: its id is looked at in a tight round.</summary>
    private async Task StopUnheldAsync(int process, StopMode mode, int signal, TimeSpan limit, CancellationToken ct)
    {
        if (OperatingSystem.IsWindows())
            await RunAsync("pg_ctl", ["stop", "-W", "-D", _data, "-m", mode == StopMode.Fast ? "fast" : "immediate"], s_short, null, null, ct).ConfigureAwait(false);
        else if (!Posix.Signal(process, signal) && Posix.Exists(process))
            throw new CrdrException(CrdrErrorKind.PermissionDenied, "NodePermission", $"Process {process} may not be stopped by this user.");
        Stopwatch waited = Stopwatch.StartNew();
        while (Postmaster.Of(_data) is { Holder: LockHolder.Server } still && still.Process == process)
        {
            if (waited.Elapsed > limit || ct.IsCancellationRequested) throw NotStopped(process, limit, ct);
            await Task.Delay(1, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static Exception NotStopped(int process, TimeSpan limit, CancellationToken ct) => ct.IsCancellationRequested ? new OperationCanceledException(ct)
        : new CrdrException(CrdrErrorKind.Timeout, "NodeStopTimeout", $"Process {process} was asked to stop and is still there after {limit.TotalSeconds:0.###} s; it may stop yet.");

    private static CrdrException Hidden(Postmaster found) => new(CrdrErrorKind.PermissionDenied, "NodePermission",
        $"Whether process {found.Process} is the server cannot be seen by this user.", "Run this as the user that the server runs as, or as root.");

    private static CrdrException NotStarted(string log, long before)
    {
        using FileStream file = new(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = Math.Min(before, file.Length);
        using StreamReader reader = new(file);
        return new(CrdrErrorKind.InvalidState, "NodeStartFailed", $"The server has ended at once: {Last(reader.ReadToEnd())}", $"Its log: {log}");
    }

    private static string LastLines(ProgramEnd end) => Last(end.Errors.Trim().Length > 0 ? end.Errors : end.Output);

    private static string Last(string text) => string.Join(' ', text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0).TakeLast(4));
}
