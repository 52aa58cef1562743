using System.CommandLine;
using CrdrTools.Core.Operations;

namespace CrdrTools.Cli.Commands;

/// <summary>The way home, whole or step by step: faces of the verbs.</summary>
internal static class FailbackCommand
{
    private static readonly CrdrRequest s_home = new() { Verb = CrdrVerb.Switchover, To = Side.Primary };

    public static Command Build() => new("failback", "Go home to the primary after a failover, at once or step by step")
    {
        VerbCommands.One("full", "All of it in one operation: the reverse stream, its copy, and the move (as crdr restore --take-over)",
            new(new() { Verb = CrdrVerb.Restore, TakeOver = true }, "--take-over")),
        VerbCommands.One("create-stream", "Only the reverse stream: ERASES the primary, and copies the active side to it, which stays active (as crdr restore)",
            new(new() { Verb = CrdrVerb.Restore }, "--take-over")),
        Status(),
        VerbCommands.One("initiate", "Move the writes home by the reverse stream; refused until it is ready (as crdr switchover --to primary)", new(s_home, "--to")),
    };

    private static Command Status()
    {
        Argument<string> pair = new("pair") { Description = "The pair" };
        Option<bool> watch = new("--watch") { Description = "Wait until it is ready, or nothing is left to wait for" };
        Option<TimeSpan?> timeout = new("--timeout") { Description = "With --watch: the most to wait, in seconds or hh:mm:ss", CustomParser = RequestOptions.Span };
        Common common = new();
        Command command = new("status", "The reverse stream, and whether failback initiate may be run: 0 yes, 3 not yet or no stream, 4 nobody takes writes") { pair, watch, timeout };
        common.AddTo(command);
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            CrdrPair chosen = call.Pair(parsed.GetValue(pair)!);
            FailbackState state = parsed.GetValue(watch) ? await WatchAsync(call, chosen, parsed.GetValue(timeout), ct) : await LookAsync(call, chosen, ct);
            call.Host.EndLine();
            if (call.Json) Output.Json(state, CliJson.Indented.FailbackState);
            else Output.Failback(Output.Out, state);
            return state.Ready ? ExitCode.Success : state.Dead ? ExitCode.Failed : ExitCode.Refused;
        }));
        return command;
    }

    private static async Task<FailbackState> WatchAsync(Call call, CrdrPair pair, TimeSpan? limit, CancellationToken ct)
    {
        DateTimeOffset began = DateTimeOffset.UtcNow;
        for (; ; )
        {
            TimeSpan waited = DateTimeOffset.UtcNow - began;
            FailbackState? state = null;
            string seen;
            try
            {
                state = await LookAsync(call, pair, ct);
                if (state.Ready || state.Dead || !state.Moving) return state;
                seen = state.Words;
            }
            catch (VendorException e) when (e.Kind is CrdrErrorKind.Connection or CrdrErrorKind.RateLimited or CrdrErrorKind.Unavailable or CrdrErrorKind.BadReply or CrdrErrorKind.Timeout)
            {
                // A night of waiting is not ended by one reply that did not come.
                seen = $"{e.Message} Looking again.";
            }
            if (waited > limit) throw new CrdrException(CrdrErrorKind.Timeout, "WaitTimeout", $"{pair.Name} is not ready to fail back after {limit.Value.TotalSeconds:0} s. Seen last: {seen}");
            call.Host.OnProgress(new()
            {
                Operation = "", Pair = pair.Name, Verb = CrdrVerb.Switchover, Step = 1, Steps = 1, Effect = $"Wait until {pair.Name} is ready to fail back", Detail = seen, Waited = waited,
            });
            await Task.Delay(Pace.Next(waited), ct);
        }
    }

    /// <summary>What the pair says, and what the guards of the move home would.</summary>
    private static async Task<FailbackState> LookAsync(Call call, CrdrPair pair, CancellationToken ct)
    {
        CrdrStatus now = await call.Crdr.StatusAsync(pair, null, call.Host, ct);
        IReadOnlyList<CrdrCheck> checks = now is { Phase: CrdrPhase.ReadyToFailBack, OpenOperation: null } ? (await call.Crdr.PlanAsync(pair, s_home, null, call.Host, ct)).Checks : [];
        return FailbackState.Of(now, checks);
    }
}

/// <summary>How far the way home is.</summary>
internal sealed record FailbackState
{
    public required string Pair { get; init; }
    public required CrdrPhase Phase { get; init; }
    public required Side? ActiveMember { get; init; }

    /// <summary>The newest stream home.</summary>
    public required CrdrStream? Stream { get; init; }

    /// <summary>Whether the move home may be asked for; what a switch overrides is left to whoever asks.</summary>
    public required bool Ready { get; init; }

    /// <summary>In words.</summary>
    public required string Words { get; init; }

    /// <summary>What the guards of the move home say.</summary>
    public required IReadOnlyList<CrdrCheck> Checks { get; init; }

    public required IReadOnlyList<CrdrNextAction> NextActions { get; init; }

    /// <summary>The pair's own first line.</summary>
    internal string Headline { get; init; } = "";

    /// <summary>Nobody takes writes, and nothing is about to change that.</summary>
    internal bool Dead { get; init; }

    /// <summary>Whether waiting may bring it about.</summary>
    internal bool Moving { get; init; }

    public static FailbackState Of(CrdrStatus now, IReadOnlyList<CrdrCheck> checks)
    {
        CrdrStream? stream = now.Streams.FirstOrDefault(s => s.To == Side.Primary);
        List<CrdrCheck> stops = [.. checks.Where(c => c is { Result: CheckResult.Block, Override: null })];
        bool caughtUp = now.Phase == CrdrPhase.ReadyToFailBack;
        return new()
        {
            Pair = now.Pair, Phase = now.Phase, ActiveMember = now.ActiveMember, Stream = stream, Checks = checks,
            Ready = caughtUp && now.OpenOperation is null && stops.Count == 0,
            Headline = Output.Headline(now),
            Dead = now.ActiveMember is null && now.Phase != CrdrPhase.Transitioning,
            Moving = now.HeldBy is not null || (!caughtUp && (stream is { Live: true } || now.Phase is CrdrPhase.Rebuilding or CrdrPhase.Transitioning)),
            NextActions = now.NextActions,
            Words = now switch
            {
                { HeldBy: { } holder } => $"{holder.Who} (process {holder.ProcessId}) runs {holder.Operation}{Doing(stream)}",
                { OpenOperation: { } open } => $"{open} has begun and not ended, and is to be taken up first{Doing(stream)}",
                { ActiveMember: Side.Primary } => $"{now.Primary.Name} takes the writes: there is nothing to fail back",
                { Phase: CrdrPhase.Transitioning } => $"the writes are being moved{Doing(stream)}",
                { ActiveMember: null } => "nobody is seen taking writes",
                _ when stops.Count > 0 => string.Join("; ", stops.Select(c => $"{c.Name}: {c.Why}")),
                _ when caughtUp => $"{now.Primary.Name} is caught up{Doing(stream)}",
                _ when stream is { Live: true } => $"{now.Primary.Name} is {now.Primary.Health}{Doing(stream)}",
                { Streams: { Count: > 0 } } => $"no stream leads to {now.Primary.Name}",
                _ => $"{now.Primary.Name} is {now.Primary.Role} ({now.Primary.NativeState ?? "not seen"})",
            },
        };
    }

    private static string Doing(CrdrStream? stream) => stream is { Live: true } ? $": {stream.State}" : "";
}
