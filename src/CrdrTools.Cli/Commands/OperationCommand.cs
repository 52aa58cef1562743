using System.CommandLine;
using Spectre.Console;

namespace CrdrTools.Cli.Commands;

internal static class OperationCommand
{
    public static Command Build() => new("operation", "Journalled runs, from this or another process") { List(), Show(), Resume(), Wait(), Stop(), Pause(), Skip(), Retry() };

    private static Command List()
    {
        Argument<string?> pair = new("pair") { Description = "Only this pair's", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> named = new("--pair") { Description = "The same" };
        Option<int> last = new("--last") { Description = "How many at most", DefaultValueFactory = _ => 20 };
        Common common = new();
        Command command = new("list", "The operations on record, newest first") { pair, named, last };
        common.AddTo(command);
        command.SetAction(Common.Guarded((parsed, _) =>
        {
            using Call call = common.Open(parsed);
            if (parsed.GetValue(pair) is { } one && parsed.GetValue(named) is { } other && one != other) throw new CrdrException(CrdrErrorKind.InvalidInput, "PairGivenTwice", $"One pair's operations are listed, and '{one}' and '{other}' were given.");
            List<CrdrOperation> operations = [.. call.Crdr.Operations(parsed.GetValue(pair) ?? parsed.GetValue(named)).Take(parsed.GetValue(last))];
            if (call.Json) Output.Json(operations, Output.AsJson.ListCrdrOperation);
            else
            {
                Table table = Output.Plain("operation", "pair", "outcome", "began", "took", "recovery time", "error");
                foreach (CrdrOperation o in operations)
                    Output.Row(table, o.Id, o.Pair, o.Outcome?.ToString() ?? (o.RunBy is null ? "not ended" : o.PausedSince is null ? "running" : "paused"), $"{o.Began:yyyy-MM-dd HH:mm:ss}Z", o.Took is { } t ? Output.Span(t) : "", o.Rto is { } r ? Output.Span(r) : "", o.ErrorId);
                Output.Out.Write(table);
            }
            return Task.FromResult(ExitCode.Success);
        }));
        return command;
    }

    private static Command Show() => One("show", "One operation, whole", (call, id, _, _) => Task.FromResult(call.Crdr.Operation(id)), _ => ExitCode.Success);

    private static Command Resume()
    {
        Option<bool> stale = new("--resume-stale") { Description = "Although more than an hour has passed" };
        Option<bool> noWait = new("--no-wait") { Description = "Return after the first accepted change" };
        Option<TimeSpan?> timeout = new("--timeout") { Description = "The most it may take, in seconds or hh:mm:ss", CustomParser = RequestOptions.Span };
        Option<TimeSpan?> settle = new("--settle-time") { Description = "How long a change whose reply was lost may still appear (2 minutes)", CustomParser = RequestOptions.Span };
        Option<bool> without = new("--without-lease") { Description = "Although the lease store is lost" };
        // What a guard on the way asks for can be given now; what was given at the beginning still holds.
        Option<bool> loss = new("--allow-data-loss") { Description = "Although writes are lost: what the operation's own command means by it" };
        Option<TimeSpan?> most = new("--max-data-loss") { Description = "How much loss is accepted, in seconds or hh:mm:ss", CustomParser = RequestOptions.Span };
        Option<bool> giveUp = new("--give-up-healthy-primary") { Description = "Although the side that is left still answers" };
        Option<bool> unfenced = new("--allow-unfenced") { Description = "Although nothing keeps clients away from the old side; leaves an obligation" };
        Option<bool> quiet = new("--skip-quiet-time") { Description = "Although the last promotion is recent" };
        Option<string?> discard = new("--discard-writes-on") { Description = "primary or recovery: its own later writes may be thrown away" };
        Option<string?> inactive = new("--allow-inactive") { Description = "The name of a member: clients are sent to it although it is not seen taking writes" };
        Option<bool> sole = new("--sole-controller") { Description = "This job is the only one that acts on the pair" };
        return One("resume", "Take up an operation where it was left, or have a paused one go on", async (call, id, parsed, ct) =>
        {
            if (call.Crdr.IsPaused(id)) return await call.Crdr.ContinueAsync(id, null, null, ct);
            CrdrOperation before = call.Crdr.Operation(id);
            CrdrRequest how = new()
            {
                Verb = before.Verb, ResumeStale = parsed.GetValue(stale), NoWait = parsed.GetValue(noWait), Timeout = parsed.GetValue(timeout), WithoutLease = parsed.GetValue(without),
                SettleTime = parsed.GetValue(settle), AllowDataLoss = parsed.GetValue(loss), MaxDataLoss = parsed.GetValue(most), GiveUpHealthyPrimary = parsed.GetValue(giveUp),
                AllowUnfenced = parsed.GetValue(unfenced), SkipQuietTime = parsed.GetValue(quiet), SoleController = parsed.GetValue(sole), AllowInactive = parsed.GetValue(inactive),
                DiscardWritesOn = parsed.GetValue(discard) is { } side ? RequestOptions.Side(side) : null,
            };
            return await call.Crdr.ResumeAsync(id, how, Token(call), call.Host, ct);
        }, ExitCode.OfRunning, stale, noWait, timeout, settle, without, loss, most, giveUp, unfenced, quiet, discard, inactive, sole);
    }

    private static Command Wait()
    {
        Option<TimeSpan?> timeout = new("--timeout") { Description = "The most to wait, in seconds or hh:mm:ss", CustomParser = RequestOptions.Span };
        return One("wait", "Wait for an operation that another process runs", (call, id, parsed, ct) => call.Crdr.WaitAsync(id, parsed.GetValue(timeout), ct), ExitCode.Of, timeout);
    }

    private static Command Stop()
    {
        Option<bool> rollBack = new("--rollback") { Description = "Go back to what was before, where that is still possible" };
        Option<bool> forward = new("--forward") { Description = "Go on to where it may be left: between fence and switch to the end of the switch; one that was left elsewhere to its end" };
        Option<bool> abandon = new("--abandon") { Description = "Close an operation that nobody will take up again; changes nothing but the record" };
        Option<string?> reason = new("--reason") { Description = "Why; needed with --abandon" };
        return One("stop", "Stop a running operation, or end one that was left. Refused where nobody would be left writing", async (call, id, parsed, ct) =>
        {
            bool back = parsed.GetValue(rollBack), on = parsed.GetValue(forward), close = parsed.GetValue(abandon);
            string? why = parsed.GetValue(reason);
            if ((back ? 1 : 0) + (on ? 1 : 0) + (close ? 1 : 0) > 1) throw new CrdrException(CrdrErrorKind.InvalidInput, "StopAmbiguous", "Give one of --rollback, --forward and --abandon.");
            if (close && string.IsNullOrWhiteSpace(why)) throw new CrdrException(CrdrErrorKind.InvalidInput, "ReasonMissing", "--abandon needs a --reason.");
            CrdrOperation before = call.Crdr.Operation(id);
            if (close) return call.Crdr.Abandon(id, why!);
            if (on) return await call.Crdr.ForwardAsync(id, why, new CrdrRequest { Verb = before.Verb }, Token(call), call.Host, ct);
            if (before.RunBy is not null || !back) return await call.Crdr.StopAsync(id, back, why, TimeSpan.FromMinutes(10), ct);
            return await call.Crdr.RollBackAsync(id, Token(call), call.Host, ct);
        }, ExitCode.OfStop, rollBack, forward, abandon, reason);
    }

    private static Command Pause()
    {
        Option<string?> reason = new("--reason") { Description = "Why; kept in the record" };
        Option<TimeSpan?> timeout = new("--timeout") { Description = "The most to wait until it has heard that, in seconds or hh:mm:ss (2 minutes)", CustomParser = RequestOptions.Span };
        return One("pause", "Have a running operation ask for nothing more until it is resumed; between fence and switch it pauses after that", (call, id, parsed, ct) =>
            call.Crdr.PauseAsync(id, parsed.GetValue(reason), parsed.GetValue(timeout), ct), ExitCode.OfRunning, reason, timeout);
    }

    private static Command Skip()
    {
        Option<string> step = new("--step") { Description = "The step that is left out: one that no safety rule needs", Required = true };
        Option<string?> reason = new("--reason") { Description = "Why; needed, and kept in the record" };
        Option<bool> stale = new("--resume-stale") { Description = "Although more than an hour has passed since it was left" };
        return One("skip", "Leave a step out of a running operation, or take one up without it", (call, id, parsed, ct) =>
            call.Crdr.SkipAsync(id, parsed.GetValue(step)!, parsed.GetValue(reason), new CrdrRequest { Verb = call.Crdr.Operation(id).Verb, ResumeStale = parsed.GetValue(stale) }, Token(call), call.Host, ct), ExitCode.OfRunning, step, reason, stale);
    }

    private static Command Retry()
    {
        Option<string> step = new("--step") { Description = "The step that is asked for again: one that does no harm twice, or whose absence is seen", Required = true };
        Option<string?> reason = new("--reason") { Description = "Why; kept in the record" };
        Option<bool> stale = new("--resume-stale") { Description = "Although more than an hour has passed since it was left" };
        Option<TimeSpan?> settle = new("--settle-time") { Description = "How long a change whose reply was lost may still appear (2 minutes)", CustomParser = RequestOptions.Span };
        return One("retry", "Have a step asked for again that was lost or looks stuck", (call, id, parsed, ct) =>
            call.Crdr.RetryAsync(id, parsed.GetValue(step)!, parsed.GetValue(reason), new CrdrRequest { Verb = call.Crdr.Operation(id).Verb, ResumeStale = parsed.GetValue(stale), SettleTime = parsed.GetValue(settle) }, Token(call), call.Host, ct), ExitCode.OfRunning, step, reason, stale, settle);
    }

    private static string? Token(Call call) =>
        call.Secret is not { } reference ? null
        : reference.StartsWith("env:", StringComparison.Ordinal) && Environment.GetEnvironmentVariable(reference[4..]) is { Length: > 0 } token ? token
        : throw new CrdrException(CrdrErrorKind.Authentication, "SecretMissing", $"There is no token at '{reference}'.");

    private static Command One(string name, string description, Func<Call, string, ParseResult, CancellationToken, Task<CrdrOperation>> run, Func<CrdrOperation, int> exit, params Option[] options)
    {
        Argument<string> id = new("operation") { Description = "The operation's id" };
        Common common = new();
        Command command = new(name, description) { id };
        foreach (Option option in options) command.Add(option);
        common.AddTo(command);
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            CrdrOperation operation = await run(call, parsed.GetValue(id)!, parsed, ct);
            call.Write(operation);
            return exit(operation);
        }));
        return command;
    }
}
