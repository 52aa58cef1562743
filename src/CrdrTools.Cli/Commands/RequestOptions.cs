using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;

namespace CrdrTools.Cli.Commands;

/// <summary>The options of one request. Several commands are faces of the same verb: each offers what its guards can be overridden with.</summary>
internal sealed class RequestOptions
{
    private readonly CrdrRequest _face;
    private readonly string[] _settled;
    private readonly List<(Option Option, Func<ParseResult, CrdrRequest, CrdrRequest> Apply)> _options = [];

    /// <param name="face">What the command stands for.</param>
    /// <param name="settled">The options it settles by itself, and does not offer.</param>
    public RequestOptions(CrdrRequest face, params string[] settled)
    {
        (_face, _settled) = (face, settled);
        CrdrVerb verb = face.Verb;
        bool takeOver = verb == CrdrVerb.Restore && Offers("--take-over");
        bool moves = takeOver || face.TakeOver || verb is CrdrVerb.Failover or CrdrVerb.Switchover;
        if (verb == CrdrVerb.Switchover) Add<string>("--to", "The side that shall take the writes: primary or recovery", (r, v) => r with { To = Side(v) }, required: true);
        if (verb == CrdrVerb.Switchover && Offers("--to"))
        {
            Add<TimeSpan?>("--force-after", "Where it cannot be done within that time, in seconds or hh:mm:ss, because the old side is gone or does not give its writes away, it becomes a failover, if a failover's own guards let it",
                (r, v) => r with { ForceAfter = v }, Span);
        }
        if (verb == CrdrVerb.Repair) Add<string>("--keep-writer", "The member whose writes are kept: its name, or primary or recovery", (r, v) => With(r, Keep, v), required: true);
        if (verb == CrdrVerb.Failover) Add<string>("--to", "The side that shall take the writes: primary or recovery (recovery unless told)", (r, v) => r with { To = Side(v) });
        if (takeOver) Flag("--take-over", "Make the primary active too", r => r with { TakeOver = true });
        if (verb == CrdrVerb.Restore && moves) Add<string>("--take-over-window", "Only then, as HH:mm-HH:mm in UTC", (r, v) => r with { TakeOverWindow = v });
        if (moves)
        {
            Add<DateTimeOffset?>("--failover-at", "CockroachDB: set the new side to the data of that time, as 2026-01-31T03:00:00Z; what was written later is thrown away (the newest unless told)",
                (r, v) => r with { FailoverAt = v }, FailoverAt);
        }
        if (verb is CrdrVerb.Restore) Add<string>("--discard-writes-on", "primary: its own later writes may be thrown away", (r, v) => r with { DiscardWritesOn = Side(v) });
        if (verb is CrdrVerb.Setup) Add<string>("--discard-writes-on", "recovery: its own later writes may be thrown away", (r, v) => r with { DiscardWritesOn = Side(v) });
        if (verb == CrdrVerb.Failover)
        {
            Flag("--allow-data-loss", "Although the loss is over the limit or cannot be bounded", r => r with { AllowDataLoss = true });
            Add<TimeSpan?>("--max-data-loss", "How much loss is accepted, in seconds or hh:mm:ss (the pair's RPO unless told)", (r, v) => r with { MaxDataLoss = v }, Span);
            Flag("--give-up-healthy-primary", "Although the side that is left still answers: Aiven destroys its nodes, and a cluster goes on taking writes that are lost", r => r with { GiveUpHealthyPrimary = true });
            Add<DateTimeOffset?>("--outage-since", "When the outage began, as 2026-01-31T03:00:00Z (when somebody who shares the state folder first saw it, unless told)", (r, v) => r with { OutageSince = v }, Moment);
        }
        else if (moves) Flag("--allow-data-loss", "With --failover-at in the past: although what was written since is thrown away", r => r with { AllowDataLoss = true });
        if (moves)
        {
            Flag("--allow-unfenced", "Although nothing keeps clients away from the old side; leaves an obligation", r => r with { AllowUnfenced = true });
            if (verb != CrdrVerb.Failover) Flag("--skip-quiet-time", "Although the last promotion is recent", r => r with { SkipQuietTime = true });
            Flag("--no-route", "Leave the pair's own routes alone", r => r with { NoRoute = true });
        }
        if (verb == CrdrVerb.StopReplication) Stream();
        if (verb == CrdrVerb.SwitchRoute)
        {
            Add<string>("--to", "The side that clients shall be sent to: primary or recovery", (r, v) => r with { To = Side(v) }, required: true);
            Add<string>("--name", "The route that is meant, or several with commas between them (all of the pair unless told)", (r, v) => r with { Routes = Words(v) });
            Add<string>("--allow-inactive", "The name of a member: clients are sent to it although it is not seen taking writes", (r, v) => r with { AllowInactive = v });
        }
        if (verb == CrdrVerb.Setup)
        {
            Add<string>("--cloud", "Aiven: the recovery service's cloud region, for example google-europe-west4", (r, v) => With(r, "cloud", v));
            Add<string>("--plan", "Aiven: its plan (the primary's unless told)", (r, v) => With(r, "plan", v));
        }
        Add<string>("--reason", "Why; kept in the record", (r, v) => r with { Reason = v });
        Add<string>("--change-reference", "The ticket or change it belongs to", (r, v) => r with { ChangeReference = v });
        // A route obeys while it is asked: there is nothing to come back for.
        if (verb != CrdrVerb.SwitchRoute) Flag("--no-wait", "Return after the first accepted change; finish with crdr operation resume. Skips no guard", r => r with { NoWait = true });
        Add<TimeSpan?>("--timeout", "The most all of it may take, in seconds or hh:mm:ss", (r, v) => r with { Timeout = v }, Span);
        if (verb != CrdrVerb.SwitchRoute) Add<TimeSpan?>("--settle-time", "How long a change whose reply was lost may still appear, in seconds or hh:mm:ss (2 minutes)", (r, v) => r with { SettleTime = v }, Span);
        Add<string>("--operation-id", "An id of yours: running again with it resumes", (r, v) => r with { OperationId = v });
        Flag("--sole-controller", "This job is the only one that acts on the pair", r => r with { SoleController = true });
        Flag("--without-lease", "Although the lease store is lost", r => r with { WithoutLease = true });
        Add<string>("--journal-to", "Write the journal below this folder instead", (r, v) => r with { JournalTo = v });
    }

    public void AddTo(Command command)
    {
        foreach ((Option option, _) in _options) command.Add(option);
        if (Find("--take-over") is not Option<bool> takeOver) return;
        command.Validators.Add(given =>
        {
            if (given.GetValue(takeOver)) return;
            foreach ((string name, string errorId) in new[] { ("--failover-at", "FailoverAtWithoutTakeOver"), ("--take-over-window", "WindowWithoutTakeOver") })
                if (Find(name) is { } option && given.GetResult(option) is not null) given.AddError($"{name} says when the primary takes over, and --take-over was not given. [{errorId}]");
        });
    }

    public CrdrRequest Read(ParseResult parsed)
    {
        CrdrRequest request = _face;
        foreach ((_, Func<ParseResult, CrdrRequest, CrdrRequest> apply) in _options) request = apply(parsed, request);
        return request;
    }

    /// <summary>Which stream is meant can be told.</summary>
    public RequestOptions Stream()
    {
        Add<string>("--id", "The stream that is meant (the one under way unless told)", (r, v) => r with { Stream = v });
        return this;
    }

    /// <summary>Where the writes go can be told, and follows from the stream otherwise.</summary>
    public RequestOptions ToStandby()
    {
        Add<string>("--to", "The side that shall take the writes: primary or recovery (where the stream leads unless told)", (r, v) => r with { To = Side(v) }, anew: true);
        return this;
    }

    /// <summary>The option of a repair that names a member, until the pair is known.</summary>
    public const string Keep = "keepWriter";

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

    /// <summary>Decides which writes are kept: a day without a time, or a time of whoever's zone, is none.</summary>
    public static DateTimeOffset? FailoverAt(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (Regex.IsMatch(text, @"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)$", RegexOptions.CultureInvariant)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset moment)) return moment.ToUniversalTime();
        result.AddError($"'{text}' is no time: a date, a time and its zone, as 2026-01-31T03:00:00Z. [FailoverAtInvalid]");
        return null;
    }

    private static DateTimeOffset? Moment(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment) && moment <= DateTimeOffset.UtcNow.AddMinutes(1)) return moment;
        result.AddError($"'{text}' is no time in the past, as 2026-01-31T03:00:00Z.");
        return null;
    }

    private bool Offers(string name) => !_settled.Contains(name);

    private Option? Find(string name) => _options.Select(o => o.Option).FirstOrDefault(o => o.Name == name);

    private void Flag(string name, string description, Func<CrdrRequest, CrdrRequest> apply)
    {
        if (!Offers(name)) return;
        Option<bool> option = new(name) { Description = description };
        _options.Add((option, (parsed, request) => parsed.GetValue(option) ? apply(request) : request));
    }

    private void Add<T>(string name, string description, Func<CrdrRequest, T, CrdrRequest> apply, Func<ArgumentResult, T>? parser = null, bool required = false, bool anew = false)
    {
        if (!anew && !Offers(name)) return;
        Option<T?> option = new(name) { Description = description, Required = required };
        if (parser is not null) option.CustomParser = r => parser(r);
        _options.Add((option, (parsed, request) => parsed.GetValue(option) is { } value ? apply(request, value) : request));
    }

    private static IReadOnlyList<string> Words(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static CrdrRequest With(CrdrRequest request, string key, string value) =>
        request with { Options = new Dictionary<string, string>(request.Options) { [key] = value } };
}
