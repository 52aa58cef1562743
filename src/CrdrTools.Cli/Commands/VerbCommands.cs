using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Spectre.Console;

namespace CrdrTools.Cli.Commands;

/// <summary>The verbs that change something: one request, built from options.</summary>
internal static class VerbCommands
{
    public static IEnumerable<Command> Build()
    {
        yield return Verb("failover", "Leave the active member: it is lost, or is to be given up", CrdrVerb.Failover);
        yield return Verb("switchover", "Move the writes to the passive, caught-up member; nothing is lost", CrdrVerb.Switchover);
        yield return Verb("restore", "Rebuild the primary up to ReadyToFailBack; with --take-over make it active too", CrdrVerb.Restore);
        yield return Verb("setup", "Create the recovery service", CrdrVerb.Setup);
    }

    private static Command Verb(string name, string description, CrdrVerb verb)
    {
        Argument<string> pair = new("pair") { Description = "The pair" };
        Option<bool> whatIf = new("--what-if") { Description = "Show the plan and change nothing" };
        Common common = new();
        RequestOptions request = new(verb);
        Command command = new(name, description) { pair, whatIf };
        request.AddTo(command);
        common.AddTo(command, asks: true);
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            CrdrPair chosen = call.Pair(parsed.GetValue(pair)!);
            if (parsed.GetValue(whatIf))
            {
                CrdrPlan plan = await call.Crdr.PlanAsync(chosen, request.Read(parsed), null, call.Host, ct);
                if (call.Json) Output.Json(plan, Output.AsJson.CrdrPlan);
                else Output.Plan(Output.Out, plan);
                return plan.Blocked ? ExitCode.Refused : ExitCode.Success;
            }
            CrdrOperation operation = await call.Crdr.RunAsync(chosen, request.Read(parsed), null, call.Host, ct);
            call.Write(operation);
            return ExitCode.Of(operation);
        }));
        return command;
    }
}

/// <summary>The options of one verb's request.</summary>
internal sealed class RequestOptions
{
    private readonly CrdrVerb _verb;
    private readonly List<(Option Option, Func<ParseResult, CrdrRequest, CrdrRequest> Apply)> _options = [];

    public RequestOptions(CrdrVerb verb)
    {
        _verb = verb;
        if (verb == CrdrVerb.Switchover) Add<string>("--to", "The side that shall take the writes: primary or recovery", (r, v) => r with { To = Side(v) }, required: true);
        if (verb == CrdrVerb.Restore)
        {
            Flag("--take-over", "Make the primary active too", r => r with { TakeOver = true });
            Add<string>("--take-over-window", "Only then, as HH:mm-HH:mm in UTC", (r, v) => r with { TakeOverWindow = v });
            Add<string>("--discard-writes-on", "primary: its own later writes may be thrown away", (r, v) => r with { DiscardWritesOn = Side(v) });
        }
        if (verb == CrdrVerb.Failover)
        {
            Flag("--allow-data-loss", "Although the loss is over the limit or cannot be bounded", r => r with { AllowDataLoss = true });
            Add<TimeSpan?>("--max-data-loss", "How much loss is accepted, in seconds or hh:mm:ss (the pair's RPO unless told)", (r, v) => r with { MaxDataLoss = v }, Span);
            Flag("--give-up-healthy-primary", "Although the primary still answers: its nodes are destroyed", r => r with { GiveUpHealthyPrimary = true });
            Flag("--allow-unfenced", "Although an own route cannot be fenced; leaves an obligation", r => r with { AllowUnfenced = true });
            Add<DateTimeOffset?>("--outage-since", "When the outage began, as 2026-01-31T03:00:00Z", (r, v) => r with { OutageSince = v }, Moment);
        }
        if (verb is CrdrVerb.Switchover or CrdrVerb.Restore) Flag("--skip-quiet-time", "Although the last promotion is recent", r => r with { SkipQuietTime = true });
        if (verb == CrdrVerb.Setup)
        {
            Add<string>("--cloud", "The recovery service's cloud region, for example google-europe-west4", (r, v) => With(r, "cloud", v));
            Add<string>("--plan", "Its plan (the primary's unless told)", (r, v) => With(r, "plan", v));
        }
        if (verb != CrdrVerb.Setup) Flag("--no-route", "Leave the pair's own routes alone", r => r with { NoRoute = true });
        Add<string>("--reason", "Why; kept in the record", (r, v) => r with { Reason = v });
        Add<string>("--change-reference", "The ticket or change it belongs to", (r, v) => r with { ChangeReference = v });
        Flag("--no-wait", "Return after the first accepted change; finish with crdr operation resume", r => r with { NoWait = true });
        Add<TimeSpan?>("--timeout", "The most all of it may take, in seconds or hh:mm:ss", (r, v) => r with { Timeout = v }, Span);
        Add<TimeSpan?>("--settle-time", "How long a change whose reply was lost may still appear, in seconds or hh:mm:ss (2 minutes)", (r, v) => r with { SettleTime = v }, Span);
        Add<string>("--operation-id", "An id of yours: running again with it resumes", (r, v) => r with { OperationId = v });
        Flag("--sole-controller", "This job is the only one that acts on the pair", r => r with { SoleController = true });
        Flag("--without-lease", "Although the lease store is lost", r => r with { WithoutLease = true });
        Add<string>("--journal-to", "Write the journal below this folder instead", (r, v) => r with { JournalTo = v });
    }

    public void AddTo(Command command)
    {
        foreach ((Option option, _) in _options) command.Add(option);
    }

    public CrdrRequest Read(ParseResult parsed)
    {
        CrdrRequest request = new() { Verb = _verb };
        foreach ((_, Func<ParseResult, CrdrRequest, CrdrRequest> apply) in _options) request = apply(parsed, request);
        return request;
    }

    public static Side Side(string word) => word.ToLowerInvariant() switch
    {
        "primary" => CrdrTools.Side.Primary,
        "recovery" => CrdrTools.Side.Recovery,
        _ => throw new CrdrException(CrdrErrorKind.InvalidInput, "SideInvalid", $"'{word}' is no side: primary or recovery."),
    };

    public static TimeSpan? Span(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds < 1e8) return TimeSpan.FromSeconds(seconds);
        if (text.Contains(':') && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan span) && span >= TimeSpan.Zero) return span;
        result.AddError($"'{text}' is no length of time: seconds, or hh:mm:ss.");
        return null;
    }

    private static DateTimeOffset? Moment(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment) && moment <= DateTimeOffset.UtcNow.AddMinutes(1)) return moment;
        result.AddError($"'{text}' is no time in the past, as 2026-01-31T03:00:00Z.");
        return null;
    }

    private void Flag(string name, string description, Func<CrdrRequest, CrdrRequest> apply)
    {
        Option<bool> option = new(name) { Description = description };
        _options.Add((option, (parsed, request) => parsed.GetValue(option) ? apply(request) : request));
    }

    private void Add<T>(string name, string description, Func<CrdrRequest, T, CrdrRequest> apply, Func<ArgumentResult, T>? parser = null, bool required = false)
    {
        Option<T?> option = new(name) { Description = description, Required = required };
        if (parser is not null) option.CustomParser = r => parser(r);
        _options.Add((option, (parsed, request) => parsed.GetValue(option) is { } value ? apply(request, value) : request));
    }

    private static CrdrRequest With(CrdrRequest request, string key, string value) =>
        request with { Options = new Dictionary<string, string>(request.Options) { [key] = value } };
}
