using CrdrTools.Core.Http;
using CrdrTools.Core.Monitoring;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Pairs;
using CrdrTools.Core.Processes;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core;

/// <summary>Pairs that are watched, and may be failed over with nobody at the prompt.</summary>
public sealed partial class Crdr
{
    /// <summary>How long a program that is asked for its word may take: less than a look.</summary>
    private static readonly TimeSpan s_word = TimeSpan.FromSeconds(6);

    /// <summary>How long a route may take to tell while somebody only watches.</summary>
    private static readonly TimeSpan s_route = TimeSpan.FromSeconds(3);

    /// <summary>The clock by which a watcher waits for servers; the other one unless given. A test whose clock jumps waits for real ones by a real clock.</summary>
    internal TimeProvider? WatchPatience { get; set; }

    /// <summary>
    /// A tower over these pairs; it watches once it is run. Throws where the options cannot be had: <c>WatchOptionsInvalid</c>, and <c>SoleController</c> where automatic failover
    /// is asked for and nobody says that this is the only machine that acts.
    /// </summary>
    public Watchtower Watch(IReadOnlyList<(CrdrPair Pair, string? Token, IOperationHost Host)> pairs, CrdrWatchOptions options, Action<CrdrWatchEvent> tell)
    {
        WatchSettings.Require(options, Store.SharedAcrossHosts, Store.LeaseScope);
        foreach ((CrdrPair pair, _, _) in pairs) Providers.ProviderRegistry.Require(pair);
        Alerts? alerts = null;
        void Say(CrdrWatchEvent happened)
        {
            alerts!.Add(happened);
            tell(happened);
        }
        alerts = new(options, _http, pairs.Count > 0 ? pairs[0].Host : new RelayHost(), _time, Say);
        ReadBook book = new(_time);
        Dictionary<string, int> shelves = pairs.Select(p => Shelf(p.Pair, p.Token)).OfType<string>().GroupBy(s => s).ToDictionary(s => s.Key, s => s.Count());
        // Two times an interval: a look is never older than half of one.
        Func<ProviderContext, IPairSession>? Opens(CrdrPair pair, string? token) =>
            Providers.ProviderRegistry.Get(pair.Provider) is IGatheringProvider many && shelves[Shelf(pair, token)!] > many.OneByOne(options.Interval) ? context => many.OpenGathered(pair, context, book, TimeSpan.FromTicks(options.Interval.Ticks / 2)) : null;
        return new([.. pairs.Select(p => new PairWatch(p.Pair, options, new Eyes(this, p.Pair, options, p.Token, p.Host, Opens(p.Pair, p.Token)), Store, () => Promoted(p.Pair.Name), _time, Say, WatchPatience))], options, alerts, _time);
    }

    /// <summary>What tells which pairs can be looked at together.</summary>
    private static string? Shelf(CrdrPair pair, string? token) =>
        Providers.ProviderRegistry.Get(pair.Provider) is IGatheringProvider many ? $"{pair.Provider} {many.Shelf(pair)} {pair.Secret} {(token is null ? "" : Compat.Sha256(token))}" : null;

    /// <summary>The newest promotion that an operation on record has asked for, and not taken back.</summary>
    private Promotion? Promoted(string pair)
    {
        Promotion? newest = null;
        foreach (string path in Store.Journals(pair))
        {
            JournalText text = Journal.Read(path);
            if (text.Entries.FirstOrDefault() is not { Request: { } request, Steps: { } steps }) continue;
            foreach (CrdrStep step in steps.Where(s => s.MovesWrites))
            {
                JournalEntry? last = text.Entries.LastOrDefault(e => e.Step == step.Id && e.Kind is JournalKind.Intent or JournalKind.Accepted or JournalKind.Lost or JournalKind.Done or JournalKind.Rejected or JournalKind.Undone);
                if (last is { Kind: not (JournalKind.Rejected or JournalKind.Undone) } && (newest is null || last.At > newest.At)) newest = new(Plan.Target(request), last.At);
            }
            // They come newest first, and no two of a pair run at once.
            if (newest is not null) return newest;
        }
        return null;
    }

    /// <summary>A real pair's eyes: one session that looks again and again, and one that acts.</summary>
    private sealed class Eyes(Crdr crdr, CrdrPair pair, CrdrWatchOptions options, string? token, IOperationHost host, Func<ProviderContext, IPairSession>? opens) : IPairEyes
    {
        private readonly KeptPair _looks = new(crdr, pair, token, host, opens), _asks = new(crdr, pair, token, Nobody(host), opens), _acts = crdr.Keep(pair, token, Nobody(host));
        private IOutageWitness? _witness;

        public async Task<PairLook> LookAsync(CrdrStatus? before, bool evidence, bool everybody, CancellationToken ct)
        {
            KeptPair kept = evidence ? _acts : _looks;
            try
            {
                _witness = await kept.SessionAsync().ConfigureAwait(false) as IOutageWitness;
                Task<IReadOnlyList<CrdrTestimony>> asked = _witness?.AskAsync(before, doubt: false, ct) ?? Task.FromResult<IReadOnlyList<CrdrTestimony>>([]);
                Task<CrdrTestimony?> program = options.Witness is { } command ? AskAsync(command, before, ct) : Task.FromResult<CrdrTestimony?>(null);
                CrdrStatus? status = null;
                string? trouble = null;
                try
                {
                    status = await kept.StatusAsync(s_route, ct).ConfigureAwait(false);
                }
                catch (Exception e)
                {
                    // Whatever it was: nothing was seen, and the witnesses have their word all the same. A token may have been changed: it is looked up again.
                    if (e is CrdrException { Kind: CrdrErrorKind.Authentication }) kept.Dispose();
                    trouble = e is OperationCanceledException ? $"{pair.Name} did not answer in time" : e is CrdrException ? e.Message : $"{e.GetType().Name}: {e.Message}";
                }
                List<CrdrTestimony> said = status is null ? [] : [.. Testify(status, before)];
                // What somebody named is asked each time; what can only be guessed, where the look leaves a doubt.
                bool doubt = everybody || options.DespiteVendor || said.All(s => s.Says != WitnessWord.Alive);
                IReadOnlyList<CrdrTestimony> guessed = doubt && _witness is { } witness ? await HeardAsync(witness.AskAsync(status ?? before, doubt: true, ct)).ConfigureAwait(false) ?? [] : [];
                // Of two that bear one name the one that was asked apart knows better.
                foreach (CrdrTestimony one in (await HeardAsync(asked).ConfigureAwait(false) ?? []).Concat(guessed).Concat(new[] { await HeardAsync(program).ConfigureAwait(false) }.OfType<CrdrTestimony>()))
                {
                    said.RemoveAll(s => s.Witness == one.Witness && s.Says == WitnessWord.NoWord);
                    said.Add(one);
                }
                return new(status, trouble, said);
            }
            catch (CrdrException e)
            {
                // It could not even be opened: a secret is missing, say.
                return new(null, e.Message, []);
            }
        }

        /// <summary>Who has had their time, or failed, has said nothing.</summary>
        private static async Task<T?> HeardAsync<T>(Task<T> asked) where T : class?
        {
            try
            {
                return await asked.ConfigureAwait(false);
            }
            catch (Exception)
            {
                return null;
            }
        }

        public IReadOnlyList<CrdrTestimony> Testify(CrdrStatus now, CrdrStatus? before) => _witness?.Testify(now, before) ?? [];

        public Task<CrdrOperation> FailOverAsync(CrdrRequest request, Func<CrdrStatus, string?> objection, CancellationToken ct) => _acts.RunAsync(request, ct, objection);

        public async Task<IReadOnlyList<CrdrCheck>> WouldBlockAsync(CrdrRequest request, CancellationToken ct)
        {
            try
            {
                CrdrPlan plan = await _asks.PlanAsync(request, ct).ConfigureAwait(false);
                return [.. plan.Checks.Where(c => c.Result == CheckResult.Block && c.Name != "OutageEvident")];
            }
            catch (CrdrException e)
            {
                return [new() { Name = e.ErrorId, Result = CheckResult.Block, Why = e.Message }];
            }
        }

        public void Dispose()
        {
            _looks.Dispose();
            _asks.Dispose();
            _acts.Dispose();
        }

        /// <summary>The same head with nobody at the prompt: what asks more of such a one asks it here (safety rule S13).</summary>
        private static RelayHost Nobody(IOperationHost host) => new()
        {
            Unattended = true, Progress = host.OnProgress, Notice = host.OnNotice, Trace = host.OnTrace, Secret = host.GetSecretAsync, Route = host.InProcessRoute,
        };

        private async Task<CrdrTestimony?> AskAsync(IReadOnlyList<string> command, CrdrStatus? last, CancellationToken ct)
        {
            CrdrTestimony Say(WitnessWord word, string why) => new() { Witness = "program", Says = word, Why = why };
            try
            {
                await new CommandProcess("The witness", "Witness").RunAsync(command, new Dictionary<string, string>
                {
                    ["CRDR_PAIR"] = pair.Name, ["CRDR_MEMBER"] = pair.Primary.Name, ["CRDR_ENDPOINT"] = last?.Primary.Endpoint ?? "",
                }, s_word, ct).ConfigureAwait(false);
                return Say(WitnessWord.Alive, $"{command[0]} ended with 0");
            }
            catch (ProgramFailedException e) when (e.ExitCode == 1)
            {
                return Say(WitnessWord.Dead, $"{command[0]} ended with 1");
            }
            catch (CrdrException e)
            {
                return Say(WitnessWord.NoWord, e.Message);
            }
        }
    }
}
