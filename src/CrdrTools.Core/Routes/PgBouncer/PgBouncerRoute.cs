using System.Diagnostics;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Pairs;

namespace CrdrTools.Core.Routes.PgBouncer;

/// <summary>
/// One database of one or several PgBouncers. A fence is a pause: clients wait, and none is through. A pause that is not there in time,
/// or has none to wait for, becomes a kill, which cuts the clients that are still through and holds the others. A switch changes the host in PgBouncer's own file,
/// has it reloaded, sees it there, and lets the clients go on.
/// </summary>
public sealed class PgBouncerRoute : IHeldRoute, IManualRoute
{
    /// <summary>Between two looks at whether everybody has left.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    private const string LoginRetry = "server_login_retry";

    private readonly CrdrRoute _route;
    private readonly IOperationHost _host;
    private readonly PgBouncerSettings _settings;
    private readonly string _database;

    /// <summary>Reads the route's settings; nothing is asked yet.</summary>
    public PgBouncerRoute(CrdrRoute route, IOperationHost host)
    {
        (PgBouncerSettings? settings, string? complaint) = PgBouncerSettings.Read(route);
        _settings = settings ?? throw new CrdrException(CrdrErrorKind.InvalidInput, "RouteSettingsInvalid", $"{complaint}.");
        _route = route;
        _host = host;
        _database = $"\"{_settings.Database.Replace("\"", "\"\"")}\"";
    }

    /// <inheritdoc/>
    public string Name => _route.Name;

    /// <inheritdoc/>
    public bool Switchable => true;

    /// <inheritdoc/>
    public bool CanFence => true;

    /// <summary>What is wrong with a description, or <see langword="null"/>.</summary>
    public static string? Complaint(CrdrRoute route) => PgBouncerSettings.Read(route).Complaint;

    /// <inheritdoc/>
    public async Task<CrdrRouteStatus> ObserveAsync(CancellationToken ct)
    {
        (BouncerView? View, string? Trouble)[] seen = await Task.WhenAll(_settings.Consoles.Select(at => SeeAsync(at, ct))).ConfigureAwait(false);
        return BouncerJudge.Judge(Name, _settings, [.. seen.Select(s => s.View).OfType<BouncerView>()], [.. seen.Select(s => s.Trouble).OfType<string>()], [.. _settings.Files.Select(SaysFile)],
            [.. _settings.Consoles.Where((_, i) => seen[i].View is null).Select(c => c.ToString())]);
    }

    /// <inheritdoc/>
    public Task FenceAsync(Side old, bool planned) => EachAsync("fenced", at => FenceAsync(at, planned ? _settings.Pause : TimeSpan.Zero));

    /// <summary>Clients go on, wherever the database leads: a pause holds them off both sides, and so does its end let them to both.</summary>
    public Task UnfenceAsync(Side old) => EachAsync("let go on", async at =>
    {
        using PgConsole console = await OpenAsync(at, CancellationToken.None).ConfigureAwait(false);
        await LetGoOnAsync(console, at).ConfigureAwait(false);
    });

    /// <inheritdoc/>
    public async Task SwitchAsync(Side to)
    {
        // Nobody may be through to the old side while some are let through to the new one. One that cannot be asked finds the
        // new host in its file when it comes back.
        IReadOnlyDictionary<ConsoleAddress, CrdrException> stuck = await TryEachAsync(_settings.Consoles, at => LeaveAsync(at, to)).ConfigureAwait(false);
        (string host, int port) = _settings[to];
        foreach (ConfigFile file in _settings.Files) file.Rewrite(_settings.Database, host, port);
        IReadOnlyDictionary<ConsoleAddress, CrdrException> lost = await TryEachAsync(_settings.Consoles.Where(at => !stuck.ContainsKey(at)), at => ArriveAsync(at, to)).ConfigureAwait(false);
        Report([.. stuck.Values, .. lost.Values], "switched");
    }

    /// <inheritdoc/>
    public async Task<IHeldClients> PrepareAsync(Side old, CancellationToken ct)
    {
        HeldBouncers held = new(this, old.Other());
        try
        {
            await Task.WhenAll(_settings.Consoles.Select(at => held.OpenAsync(at, ct))).ConfigureAwait(false);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ByHand(RouteDeed deed, Side side)
    {
        (string host, int port) = _settings[side];
        IEnumerable<string> Ask(string command) => _settings.Consoles.Select(c => $"psql -h {c.Host} -p {c.Port} -U {_settings.User} -d pgbouncer -c '{command}'");
        return deed switch
        {
            RouteDeed.Fence => [.. Ask($"PAUSE {_database}").Select(l => $"{l}    # should it not return: KILL instead of PAUSE")],
            RouteDeed.Unfence => [.. Ask($"RESUME {_database}")],
            _ => [.. _settings.Files.Select(f => $"# in {f.Path}, in [databases], {_settings.Database}: host={host} port={port}"), .. Ask("RELOAD"), .. Ask($"RESUME {_database}")],
        };
    }

    private async Task FenceAsync(ConsoleAddress at, TimeSpan patience)
    {
        using PgConsole eye = await OpenAsync(at, CancellationToken.None).ConfigureAwait(false);
        if ((await LookAsync(eye, at).ConfigureAwait(false)).Fenced) return;
        using PgConsole hand = await OpenAsync(at, CancellationToken.None).ConfigureAwait(false);
        await FenceAsync(eye, hand, at, patience, s_look).ConfigureAwait(false);
    }

    private async Task FenceAsync(PgConsole eye, PgConsole hand, ConsoleAddress at, TimeSpan patience, TimeSpan pace)
    {
        // Its answer proves nothing: after any WAIT_CLOSE of the same database it comes at once while clients are still through, and
        // while another database is being paused it does not come at all. What is seen counts.
        Task<PgReply> pause = hand.AskAsync($"PAUSE {_database}", CancellationToken.None, patience + _settings.Limit);
        _ = pause.ContinueWith(t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        if (await FencedWithinAsync(patience, eye, at, pause, pace).ConfigureAwait(false)) return;

        await eye.AskAsync($"KILL {_database}", CancellationToken.None).ConfigureAwait(false);
        if (await FencedWithinAsync(_settings.Limit, eye, at, null, pace).ConfigureAwait(false)) return;
        BouncerView left = await LookAsync(eye, at).ConfigureAwait(false);
        string how = left.Paused ? $"{left.Through} connections are still through" : "is not paused: somebody lets it go on";
        throw new CrdrException(CrdrErrorKind.Timeout, "PgBouncerNotFenced", $"PgBouncer at {at} was told to pause and to kill {_settings.Database}, and {how}.");
    }

    private async Task<bool> FencedWithinAsync(TimeSpan limit, PgConsole eye, ConsoleAddress at, Task<PgReply>? pause, TimeSpan pace)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            if (pause is { IsFaulted: true }) await pause.ConfigureAwait(false);
            if ((await LookAsync(eye, at).ConfigureAwait(false)).Fenced) return true;
            if (waited.Elapsed >= limit) return false;
            Task moment = Task.Delay(pace);
            await (pause is { IsCompleted: false } ? Task.WhenAny(pause, moment) : moment).ConfigureAwait(false);
        }
    }

    /// <summary>Whoever is through to another side than the new one is held off first, when nobody has done that yet.</summary>
    private async Task LeaveAsync(ConsoleAddress at, Side to)
    {
        using (PgConsole console = await OpenAsync(at, CancellationToken.None).ConfigureAwait(false))
        {
            BouncerView seen = await LookAsync(console, at).ConfigureAwait(false);
            if (seen.Fenced || (_settings.SideOf(seen.Host, seen.Port) == to && seen.Strays(_settings) == 0)) return;
        }
        await FenceAsync(at, _settings.Pause).ConfigureAwait(false);
    }

    private async Task ArriveAsync(ConsoleAddress at, Side to)
    {
        using PgConsole console = await OpenAsync(at, CancellationToken.None).ConfigureAwait(false);
        await LeadAsync(console, at, to).ConfigureAwait(false);
        await LetGoOnAsync(console, at).ConfigureAwait(false);
    }

    /// <summary>Has it read its file again, and sees that it leads there.</summary>
    private async Task LeadAsync(PgConsole console, ConsoleAddress at, Side to)
    {
        await console.AskAsync("RELOAD", CancellationToken.None).ConfigureAwait(false);
        BouncerView seen = await LookAsync(console, at).ConfigureAwait(false);
        if (_settings.SideOf(seen.Host, seen.Port) != to)
            throw new CrdrException(CrdrErrorKind.InvalidState, "PgBouncerNotSwitched", $"PgBouncer at {at} was reloaded and still leads to {seen.Server}; its clients wait.",
                $"Does it read {string.Join(", ", _settings.Files.Select(f => f.Path))}, and is the rest of its configuration right? Its log tells.");
    }

    private async Task LetGoOnAsync(PgConsole console, ConsoleAddress at)
    {
        BouncerView seen = await LookAsync(console, at).ConfigureAwait(false);
        if (seen.Disabled) await console.AskAsync($"ENABLE {_database}", CancellationToken.None).ConfigureAwait(false);
        if (!seen.Paused) return;

        // The login for a client who came during the pause was broken off by the pause, which PgBouncer takes for a server that fails:
        // it would let that client, and all who come after it, wait for server_login_retry (15 s) before it tries again.
        string? retry = await BouncerView.AnyoneWaitsAsync(console, _settings.Database, CancellationToken.None).ConfigureAwait(false)
            ? await BouncerView.SettingAsync(console, LoginRetry, CancellationToken.None).ConfigureAwait(false)
            : null;
        if (retry is not null) await console.AskAsync($"SET {LoginRetry} = '0'", CancellationToken.None).ConfigureAwait(false);
        try
        {
            await ResumeAsync(console).ConfigureAwait(false);
            for (Stopwatch waited = Stopwatch.StartNew(); retry is not null && waited.Elapsed < _settings.Limit; await Task.Delay(s_look).ConfigureAwait(false))
                if (!await BouncerView.AnyoneWaitsAsync(console, _settings.Database, CancellationToken.None).ConfigureAwait(false)) break;
        }
        finally
        {
            if (retry is not null) await console.AskAsync($"SET {LoginRetry} = '{retry}'", CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task ResumeAsync(PgConsole console)
    {
        try
        {
            await console.AskAsync($"RESUME {_database}", CancellationToken.None).ConfigureAwait(false);
        }
        catch (ConsoleRefusedException e) when (e.Said.Has("is not paused"))
        {
            // Somebody was quicker.
        }
    }

    private Task<BouncerView> LookAsync(PgConsole console, ConsoleAddress at) => BouncerView.LookAsync(console, at, _settings, CancellationToken.None);

    private async Task<(BouncerView? View, string? Trouble)> SeeAsync(ConsoleAddress at, CancellationToken ct)
    {
        try
        {
            using PgConsole console = await OpenAsync(at, ct).ConfigureAwait(false);
            return (await BouncerView.LookWellAsync(console, at, _settings, ct).ConfigureAwait(false), null);
        }
        catch (CrdrException e)
        {
            return (null, e.Message.TrimEnd('.'));
        }
    }

    private FileSays SaysFile(ConfigFile file)
    {
        try
        {
            (string? host, int port) = file.Read(_settings.Database);
            return new FileSays(file.Path, host is null ? "the local socket" : $"{HostPort.Show(host)}:{port}", _settings.SideOf(host, port));
        }
        catch (CrdrException e)
        {
            return new FileSays(file.Path, Trouble: e.Message.TrimEnd('.'));
        }
    }

    private async Task<PgConsole> OpenAsync(ConsoleAddress at, CancellationToken ct)
    {
        string? password = _settings.Password is { } reference
            ? await SecretReference.ResolveAsync(reference, $"The password of route '{Name}'", "Set it where the route's 'password' says.", _host).ConfigureAwait(false)
            : null;
        return await PgConsole.OpenAsync(at, _settings.User, password, _settings.Limit, ct).ConfigureAwait(false);
    }

    private async Task EachAsync(string done, Func<ConsoleAddress, Task> work) =>
        Report([.. (await TryEachAsync(_settings.Consoles, work).ConfigureAwait(false)).Values], done);

    /// <summary>Does it at several PgBouncers at once: who fails holds the others up no longer. Gives who failed, and why.</summary>
    private static async Task<IReadOnlyDictionary<ConsoleAddress, CrdrException>> TryEachAsync(IEnumerable<ConsoleAddress> consoles, Func<ConsoleAddress, Task> work)
    {
        (ConsoleAddress At, CrdrException? Trouble)[] ended = await Task.WhenAll(consoles.Select(async at =>
        {
            try
            {
                await work(at).ConfigureAwait(false);
                return (at, (CrdrException?)null);
            }
            catch (CrdrException e)
            {
                return (at, e);
            }
        })).ConfigureAwait(false);
        return ended.Where(e => e.Trouble is not null).ToDictionary(e => e.At, e => e.Trouble!);
    }

    private void Report(IReadOnlyList<CrdrException> troubles, string done)
    {
        if (troubles.Count == 0) return;
        int fine = _settings.Consoles.Count - troubles.Count;
        string others = fine == 0 ? "" : $" The other {(fine == 1 ? "one was" : $"{fine} were")} {done}.";
        throw new CrdrException(troubles[0].Kind, troubles[0].ErrorId, $"{string.Join(" ", troubles.Select(t => t.Message))}{others}", troubles[0].Advice, troubles[0]);
    }

    /// <summary>
    /// The clients of all its PgBouncers, over consoles that are open. What follows a promotion (the file, the reload, a look at where it leads) is done while
    /// that is waited for; a resume is left then. A tool that dies in between leaves clients waiting, not on the wrong side: the other one is no writer yet.
    /// </summary>
    private sealed class HeldBouncers(PgBouncerRoute route, Side to) : IHeldClients
    {
        /// <summary>Between two looks: clients wait meanwhile.</summary>
        private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(1);

        private readonly List<(ConsoleAddress At, PgConsole Eye, PgConsole Hand)> _open = [];
        private readonly Dictionary<ConsoleAddress, string?> _retries = [];
        private bool _aimed;

        public IReadOnlyList<string> Notes => [];

        /// <summary>Its clients keep their connections, and those to the server are let end what they do: there is nobody new.</summary>
        public Task QueueAsync() => Task.CompletedTask;

        public async Task OpenAsync(ConsoleAddress at, CancellationToken ct)
        {
            PgConsole eye = await route.OpenAsync(at, ct).ConfigureAwait(false), hand;
            try
            {
                hand = await route.OpenAsync(at, ct).ConfigureAwait(false);
            }
            catch
            {
                eye.Dispose();
                throw;
            }
            lock (_open) _open.Add((at, eye, hand));
            await route.LookAsync(eye, at).ConfigureAwait(false);
        }

        public Task HoldAsync(bool planned) => Task.WhenAll(_open.Select(async c =>
        {
            if ((await route.LookAsync(c.Eye, c.At).ConfigureAwait(false)).Fenced) return;
            await route.FenceAsync(c.Eye, c.Hand, c.At, planned ? route._settings.Pause : TimeSpan.Zero, s_moment).ConfigureAwait(false);
        }));

        public async Task AimAsync()
        {
            (string host, int port) = route._settings[to];
            foreach (ConfigFile file in route._settings.Files) file.Rewrite(route._settings.Database, host, port);
            await Task.WhenAll(_open.Select(async c =>
            {
                await route.LeadAsync(c.Eye, c.At, to).ConfigureAwait(false);
                // As at the end of every pause; a reload puts it back, should this process not.
                string? retry = await BouncerView.SettingAsync(c.Eye, LoginRetry, CancellationToken.None).ConfigureAwait(false);
                await c.Eye.AskAsync($"SET {LoginRetry} = '0'", CancellationToken.None).ConfigureAwait(false);
                lock (_retries) _retries[c.At] = retry;
            })).ConfigureAwait(false);
            _aimed = true;
        }

        public async Task SendOnAsync()
        {
            if (!_aimed) throw new CrdrException(CrdrErrorKind.InvalidState, "PgBouncerNotSwitched", $"route {route.Name} does not lead to the {to} side yet; its clients wait.");
            await Task.WhenAll(_open.Select(async c =>
            {
                try
                {
                    await route.ResumeAsync(c.Eye).ConfigureAwait(false);
                    for (Stopwatch waited = Stopwatch.StartNew(); waited.Elapsed < route._settings.Limit; await Task.Delay(s_moment).ConfigureAwait(false))
                        if (!await BouncerView.AnyoneWaitsAsync(c.Eye, route._settings.Database, CancellationToken.None).ConfigureAwait(false)) break;
                }
                finally
                {
                    if (_retries[c.At] is { } retry) await c.Eye.AskAsync($"SET {LoginRetry} = '{retry}'", CancellationToken.None).ConfigureAwait(false);
                }
            })).ConfigureAwait(false);
        }

        public void Dispose()
        {
            foreach ((_, PgConsole eye, PgConsole hand) in _open)
            {
                eye.Dispose();
                hand.Dispose();
            }
        }
    }
}
