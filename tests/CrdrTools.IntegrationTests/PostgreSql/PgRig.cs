using System.Diagnostics;
using CrdrTools.Core.Lab;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Stores;
using CrdrTools.IntegrationTests.Support;
using Npgsql;

namespace CrdrTools.IntegrationTests.PostgreSql;

/// <summary>A pair of real servers, the core with a state folder of its own, clients that write through HAProxy, and what became of their rows.</summary>
internal sealed class PgRig : IAsyncDisposable
{
    private readonly TempFolder _state = new();

    private PgRig(TestLab test) => Test = test;

    /// <summary>How many rounds a test goes: CRDR_ROUNDS, or the few that the suite has time for.</summary>
    public static int Rounds(int few) => int.TryParse(Environment.GetEnvironmentVariable("CRDR_ROUNDS"), out int many) && many > 0 ? many : few;

    /// <summary>Whether there is time for what takes long.</summary>
    public static bool Thorough => Environment.GetEnvironmentVariable("CRDR_ROUNDS") is { Length: > 0 };

    public TestLab Test { get; }

    public LabDescription Lab => Test.Lab;

    /// <summary>The pair as it was registered.</summary>
    public CrdrPair Pair { get; private set; } = null!;

    public QuietHost Host { get; } = new();

    public string StateFolder => _state.At("state");

    public string PairFile => _state.At("pairs.json");

    public static async Task<PgRig> UpAsync(Func<LabOptions, LabOptions>? wanted = null, Func<CrdrPair, CrdrPair>? described = null)
    {
        PgRig rig = new(await TestLab.UpAsync(o =>
        {
            LabOptions usual = o with { Proxies = LabProxies.HAProxy, WalSegmentSize = 1, PairName = "rig" };
            return wanted?.Invoke(usual) ?? usual;
        }));
        try
        {
            await ExecuteAsync(rig.Lab["a"].App, "CREATE TABLE acknowledged (client int, n bigint, PRIMARY KEY (client, n))");
            await rig.CaughtUpAsync("a", "b");
            CrdrPair draft = rig.Lab.Pair!;
            using Core.Crdr crdr = rig.Open();
            rig.Pair = await crdr.RegisterAsync(described?.Invoke(draft) ?? draft, null, replace: false, keep: true, rig.Host, default);
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>The core, as a new process would have it; with another state folder, as another machine would.</summary>
    public Core.Crdr Open(string? state = null) => new(state ?? StateFolder, PairFile);

    public async Task<CrdrOperation> RunAsync(CrdrRequest request, CrdrPair? pair = null, CancellationToken ct = default, string? state = null, QuietHost? host = null)
    {
        using Core.Crdr crdr = Open(state);
        return await crdr.RunAsync(pair ?? Pair, request, null, host ?? Host, ct);
    }

    public async Task<CrdrOperation> ResumeAsync(string operation, CrdrRequest? how = null)
    {
        using Core.Crdr crdr = Open();
        return await crdr.ResumeAsync(operation, how ?? new CrdrRequest { Verb = CrdrVerb.Switchover, SettleTime = TimeSpan.FromSeconds(1) }, null, Host, default);
    }

    public async Task<CrdrStatus> StatusAsync(CrdrPair? pair = null)
    {
        using Core.Crdr crdr = Open();
        return await crdr.StatusAsync(pair ?? Pair, null, Host, default);
    }

    public async Task<CrdrOperation> SucceedAsync(CrdrRequest request, CrdrPair? pair = null)
    {
        CrdrOperation done = await RunAsync(request, pair);
        Assert.True(done.Outcome == CrdrOutcome.Succeeded, Words(done));
        return done;
    }

    public Task<CrdrOperation> SwitchoverAsync(Side to, CrdrPair? pair = null) => SucceedAsync(new() { Verb = CrdrVerb.Switchover, To = to }, pair);

    public Task<CrdrOperation> RestoreAsync(bool takeOver = false) => SucceedAsync(new() { Verb = CrdrVerb.Restore, TakeOver = takeOver, DiscardWritesOn = Side.Primary });

    public static CrdrRequest Failover { get; } = new() { Verb = CrdrVerb.Failover, MaxDataLoss = TimeSpan.FromMinutes(5) };

    public static string Words(CrdrOperation operation) => $"{operation.Outcome} [{operation.ErrorId}] {operation.Message}";

    /// <summary>The operation that was begun and not ended.</summary>
    public string? OpenOperation => new FileStateStore(StateFolder).OpenOperation(Pair.Name);

    /// <summary>A real <c>crdr</c> in a process of its own, over the same state.</summary>
    public CrdrRun Start(params string[] arguments) => new(StateFolder, PairFile, arguments);

    public async Task<(int Code, string Out, string Err)> CliAsync(params string[] arguments)
    {
        using CrdrRun run = Start(arguments);
        return await run.EndAsync();
    }

    public Clients Clients(int count = 4, int? load = null) => new(Lab.ClientConnection, count, load);

    /// <summary>Shut down cleanly, by somebody's hands; returns when its process is gone.</summary>
    public async Task StopAsync(string node)
    {
        Test.Signal(node, 2);
        await Poll.UntilAsync(() => !LabProcesses.In(Lab.Folder).Any(p => p.Folder == Lab[node].Data), () => $"{node} does not stop");
    }

    /// <summary>Whether a node's server is on its way down, which takes as long as somebody in it does not go.</summary>
    public bool Stopping(string node)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(Lab[node].Data, "postmaster.pid")).ElementAtOrDefault(7)?.Trim() == "stopping";
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>A node lets nobody replicate from it any more, or lets them again.</summary>
    public async Task LetReplicateAsync(string node, bool may)
    {
        const string Not = "host replication all all reject\n";
        string hba = Path.Combine(Lab[node].Data, "pg_hba.conf"), text = File.ReadAllText(hba);
        File.WriteAllText(hba, may ? text.Replace(Not, "") : Not + text);
        await DoAsync(node, "SELECT pg_reload_conf()");
        if (!may) await DoAsync(node, "SELECT pg_terminate_backend(pid) FROM pg_stat_replication");
    }

    /// <summary>A node writes, and lets go of all log that nobody keeps it from letting go of.</summary>
    public async Task ForgetLogAsync(string node)
    {
        for (int i = 0; i < 3; i++)
        {
            await DoAsync(node, "CREATE TABLE filler AS SELECT g FROM generate_series(1, 100000) g");
            await DoAsync(node, "DROP TABLE filler");
            await DoAsync(node, "SELECT pg_switch_wal()");
            await DoAsync(node, "CHECKPOINT");
        }
    }

    /// <summary>As the operator, straight to a node.</summary>
    public Task DoAsync(string node, string sql) => ExecuteAsync(Lab[node].Operator, sql);

    public static async Task ExecuteAsync(string connection, string sql)
    {
        await using NpgsqlConnection open = new(connection + PostgreSql.Clients.Options);
        await open.OpenAsync();
        await using NpgsqlCommand command = new(sql, open);
        await command.ExecuteNonQueryAsync();
    }

    public Task CaughtUpAsync(string writer, string standby) => Poll.UntilAsync(async () => await Test.AskAsync<bool>(writer,
        $"SELECT EXISTS (SELECT FROM pg_stat_replication WHERE application_name = '{standby}' AND state = 'streaming' AND replay_lsn >= pg_current_wal_lsn())"), () => $"{standby} has not caught up");

    /// <summary>The nodes that answer and are no standbys.</summary>
    public async Task<IReadOnlyList<string>> WritersAsync()
    {
        List<string> writers = [];
        foreach (LabNode node in Lab.Nodes)
        {
            try
            {
                if (!await Test.AskAsync<bool>(node.Name, "SELECT pg_is_in_recovery()")) writers.Add(node.Name);
            }
            catch (NpgsqlException)
            {
                // It does not run.
            }
        }
        return writers;
    }

    /// <summary>One writes, clients get through to it, and nothing that was acknowledged is missing there but what is known to be.</summary>
    public async Task OneWriterHasAllAsync(string node, Clients clients, int knownLost = 0)
    {
        Assert.Equal([node], await WritersAsync());
        await clients.WriteOnAsync(Lab[node].Port);
        IReadOnlyList<Acknowledged> lost = await LostAsync(node, clients);
        Assert.True(lost.Count == knownLost, $"{lost.Count} acknowledged rows are missing on {node}, {knownLost} were known to: {string.Join(", ", lost.Take(5))}");
    }

    /// <summary>What clients were told is kept, and a node does not have; from the given one on.</summary>
    public async Task<IReadOnlyList<Acknowledged>> LostAsync(string node, Clients clients, int from = 0)
    {
        // First what was acknowledged, then what is there: rows that come in between are no loss.
        IReadOnlyList<Acknowledged> told = clients.Told(from);
        if (told.Count == 0) return [];
        HashSet<(int, long)> there = [];
        await using NpgsqlConnection open = new(Lab[node].App + PostgreSql.Clients.Options);
        await open.OpenAsync();
        string since = string.Join(" OR ", told.GroupBy(t => t.Client).Select(c => $"(client = {c.Key} AND n >= {c.Min(t => t.Number)})"));
        await using NpgsqlCommand command = new($"SELECT client, n FROM acknowledged WHERE {since}", open);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) there.Add((reader.GetInt32(0), reader.GetInt64(1)));
        return [.. told.Where(t => !there.Contains((t.Client, t.Number)))];
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Test.DisposeAsync();
        }
        finally
        {
            _state.Dispose();
        }
    }
}

/// <summary>One of a node's processes, held in its tracks until this is disposed.</summary>
internal sealed class Frozen : IDisposable
{
    private const int SigStop = 19, SigCont = 18;

    private readonly int _process;
    private readonly NpgsqlConnection? _session;
    private bool _thawed;

    private Frozen(int process, NpgsqlConnection? session)
    {
        (_process, _session) = (process, session);
        ServerProcess.Signal(process, SigStop);
    }

    /// <summary>A session: whoever ends the sessions of its node, or stops it in order, waits for this one.</summary>
    public static async Task<Frozen> SessionAsync(PgRig rig, string node)
    {
        NpgsqlConnection session = new(rig.Lab[node].App + Clients.Options);
        await session.OpenAsync();
        await using NpgsqlCommand who = new("SELECT pg_backend_pid()", session);
        return new((int)(await who.ExecuteScalarAsync())!, session);
    }

    /// <summary>What replays on a standby: the log arrives, and is not read.</summary>
    public static async Task<Frozen> ReplayAsync(PgRig rig, string node) =>
        new(await rig.Test.AskAsync<int>(node, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'startup'"), null);

    public void Dispose()
    {
        if (_thawed) return;
        _thawed = true;
        ServerProcess.Signal(_process, SigCont);
        _session?.Dispose();
    }
}

/// <summary>A head that says yes, and keeps what it is told.</summary>
internal sealed class QuietHost : IOperationHost
{
    private readonly List<string> _said = [];

    public bool Unattended => false;

    public Func<CrdrPair, CrdrRoute, Core.Routes.IRoute?>? Route { get; set; }

    public Action<CrdrProgress>? Progressed { get; set; }

    public string Said
    {
        get
        {
            lock (_said) return string.Join("\n", _said);
        }
    }

    public void OnProgress(CrdrProgress progress) => Progressed?.Invoke(progress);

    public void OnNotice(FindingSeverity severity, string text)
    {
        lock (_said) _said.Add(text);
    }

    public void OnTrace(string text)
    {
        lock (_said) _said.Add(text);
    }

    public Task<bool> ConfirmAsync(CrdrPlan plan) => Task.FromResult(true);

    public Core.Routes.IRoute? InProcessRoute(CrdrPair pair, CrdrRoute route) => Route?.Invoke(pair, route);

    public Task<string?> GetSecretAsync(string? vault, string name) => Task.FromResult<string?>(null);
}

/// <summary>A real <c>crdr</c> in a process of its own.</summary>
internal sealed class CrdrRun : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output, _errors;

    public CrdrRun(string state, string pairs, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, "crdr.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["CRDR_PAIRS"] = pairs;
        start.Environment["CRDR_STATE"] = state;
        _process = Process.Start(start)!;
        _process.StandardInput.Close();
        _output = _process.StandardOutput.ReadToEndAsync();
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public bool HasExited => _process.HasExited;

    public void Signal(int signal)
    {
        if (!_process.HasExited) ServerProcess.Signal(_process.Id, signal);
    }

    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async Task<(int Code, string Out, string Err)> EndAsync()
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        await _process.WaitForExitAsync(limit.Token);
        return (_process.ExitCode, await _output, await _errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}

/// <summary>One rig for the tests of a class, one after the other: each gets it with the pair at home, and a new one where the test before has left it otherwise.</summary>
public sealed class PgFixture : IAsyncLifetime
{
    private PgRig? _rig;

    internal async Task<PgRig> AtHomeAsync(Func<LabOptions, LabOptions>? wanted = null)
    {
        if (_rig is { } old && !await FitAsync(old))
        {
            _rig = null;
            await old.DisposeAsync();
        }
        return _rig ??= await PgRig.UpAsync(wanted);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_rig is not null) await _rig.DisposeAsync();
    }

    private static async Task<bool> FitAsync(PgRig rig)
    {
        try
        {
            CrdrStatus now = await rig.StatusAsync();
            return now is { Phase: CrdrPhase.Protected, OpenOperation: null, Obligations.Count: 0 } && now.Routes.All(r => r.Target == Side.Primary && r.Fenced.Count <= 1);
        }
        catch (CrdrException)
        {
            return false;
        }
    }
}
