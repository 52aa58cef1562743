using System.Diagnostics;

namespace CrdrTools.Core.Routes.HAProxy;

/// <summary>One proxy of a route: its runtime socket, and the file from which it takes its servers' states after a reload.</summary>
internal sealed class HAProxyInstance(string address, string? stateFile, string backend, TimeSpan limit)
{
    private readonly HAProxyRuntime _runtime = new(address, limit < HAProxyRuntime.DefaultLimit ? limit : HAProxyRuntime.DefaultLimit);

    private IReadOnlyList<CrdrFinding>? _beside;

    public string Address => address;

    /// <summary>The backend that clients come through.</summary>
    public string Backend => backend;

    /// <summary>Gives an order and returns when HAProxy has said yes; nothing is looked at or kept.</summary>
    public void Order(params string[] commands) => _runtime.Do(commands);

    /// <summary>Looks, so that a proxy that does not answer or has no such server is found while clients still work.</summary>
    public async Task<HAProxyBackend> LookAsync(IReadOnlyList<string> servers, CancellationToken ct)
    {
        HAProxyBackend seen = await _runtime.ShowAsync(backend, ct).ConfigureAwait(false);
        foreach (string server in servers) _runtime.Read(() => seen[server]);
        // The way that orders will go, once before: the first time takes this program several times as long.
        _runtime.Say("show version");
        return seen;
    }

    /// <summary>The sessions in it, of whatever backend.</summary>
    public IReadOnlyList<HAProxySession> Sessions() => HAProxySession.Read(_runtime.Say("show sess"));

    /// <summary>Ends one session; one that has gone meanwhile is ended.</summary>
    public void End(HAProxySession session) => _runtime.Say($"shutdown session {session.Id}");

    /// <summary>Looks at the backend now.</summary>
    public HAProxyBackend Look() => _runtime.ShowAsync(backend, CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>What it is like, or why that cannot be told.</summary>
    public async Task<HAProxySight> SeeAsync(CancellationToken ct)
    {
        try
        {
            HAProxyBackend seen = await _runtime.ShowAsync(backend, ct).ConfigureAwait(false);
            // Once is enough: a look costs more the more clients there are.
            _beside ??= await _runtime.ProcessHereAsync(ct).ConfigureAwait(false) is { } pid ? ProxyMachine.Look(address, pid, backend) : [];
            return new(address) { Backend = seen, StateFile = stateFile, Recorded = Recorded(), Beside = _beside };
        }
        catch (CrdrException e)
        {
            return new(address) { Trouble = e.Message };
        }
    }

    /// <summary>
    /// Asks until nothing is needed any more. The state file is written after each change, and the last look comes after the file: a reload that
    /// begins later keeps the change, and one that took over before is seen here.
    /// </summary>
    public async Task ReachAsync(Func<HAProxyBackend, HAProxyNeed> need)
    {
        Stopwatch waited = Stopwatch.StartNew();
        TimeSpan pace = TimeSpan.FromMilliseconds(2);
        HAProxyNeed now = await NeedAsync(need).ConfigureAwait(false);
        for (; ; )
        {
            string[] asked = now.Commands;
            if (asked.Length > 0) await _runtime.DoAsync(asked).ConfigureAwait(false);
            await KeepAsync().ConfigureAwait(false);
            now = await NeedAsync(need).ConfigureAwait(false);
            if (now.Lacking is null) return;
            if (waited.Elapsed > limit)
                throw new CrdrException(CrdrErrorKind.Timeout, now.ErrorId, $"HAProxy at {address}: after {limit.TotalSeconds:0.#} s {now.Lacking}");
            // What comes next is asked for at once; only what was asked for already is waited for.
            if (now.Commands.Length > 0 && !now.Commands.SequenceEqual(asked)) continue;
            await Task.Delay(pace).ConfigureAwait(false);
            if (pace < TimeSpan.FromMilliseconds(100)) pace += pace;
        }
    }

    private async Task<HAProxyNeed> NeedAsync(Func<HAProxyBackend, HAProxyNeed> need)
    {
        HAProxyBackend seen = await _runtime.ShowAsync(backend, CancellationToken.None).ConfigureAwait(false);
        return _runtime.Read(() => need(seen));
    }

    /// <summary>Makes the state file say what is so, unless it does.</summary>
    public async Task KeepAsync()
    {
        if (stateFile is null) return;
        string state = await _runtime.StateAsync(CancellationToken.None).ConfigureAwait(false);
        IReadOnlyDictionary<string, HAProxyAdmin> now = _runtime.Read(() => HAProxyBackend.Admins(backend, state));
        if (Recorded() is { } kept && now.All(s => kept.TryGetValue(s.Key, out HAProxyAdmin admin) && admin == s.Value)) return;
        try
        {
            Compat.ReplaceFile(stateFile, state);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CrdrException(CrdrErrorKind.Unavailable, "HAProxyStateFile",
                $"HAProxy at {address} has done it, and the state file {stateFile} cannot be written, so that a reload forgets it: {e.Message}", inner: e);
        }
    }

    private IReadOnlyDictionary<string, HAProxyAdmin>? Recorded()
    {
        if (stateFile is null) return null;
        try
        {
            return HAProxyBackend.Admins(backend, File.ReadAllText(stateFile));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CrdrException)
        {
            // As HAProxy takes it: no file, nothing kept.
            return null;
        }
    }
}
