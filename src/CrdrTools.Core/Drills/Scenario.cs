using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CrdrTools.Core.Drills;

/// <summary>What breaks when, and what must hold: a drill on the simulator as one file that people write. Settable: the compile-time reader gives an init-only member that is left out no default.</summary>
public sealed class Scenario
{
    /// <summary>What it rehearses, in words.</summary>
    public required string Title { get; set; }
    /// <summary>Whose disaster it is: <c>Aiven</c> or <c>CockroachCloud</c>.</summary>
    public required string Provider { get; set; }
    /// <summary>What recovery time and loss are held against; the drill's own unless told.</summary>
    public ScenarioObjectives? Objectives { get; set; }
    /// <summary>What is done, in order.</summary>
    public required List<ScenarioStep> Steps { get; set; }
    /// <summary>What must hold at the end, besides each step's own expectation.</summary>
    public required List<ScenarioClaim> MustHold { get; set; }

    /// <summary>The scenario in a file.</summary>
    public static Scenario Load(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CrdrException(CrdrErrorKind.NotFound, "ScenarioNotFound", $"The scenario {path} cannot be read: {e.Message}");
        }
    }

    /// <summary>Pure: what a text says. What is wrong is told with its place.</summary>
    public static Scenario Parse(string text, string file)
    {
        Scenario said;
        try
        {
            said = JsonSerializer.Deserialize(text, ScenarioJson.Default.Scenario) ?? throw Wrong(1, "it is empty.");
        }
        catch (JsonException e)
        {
            int cut = e.Message.IndexOf(" Path: ", StringComparison.Ordinal);
            bool unknown = e.Message.Contains("could not be mapped");
            throw Wrong((e.LineNumber ?? 0) + 1, $"field {(string.IsNullOrEmpty(e.Path) ? "$" : e.Path)}: {(unknown ? "there is no such field." : cut < 0 ? e.Message : e.Message.Substring(0, cut))}");
        }
        said.Provider = DrillStages.Providers.FirstOrDefault(p => string.Equals(p, said.Provider, StringComparison.OrdinalIgnoreCase) && DrillStages.NeedsSimulator(p))
            ?? throw Wrong(Line(text, "provider", 0), $"provider is Aiven or CockroachCloud; '{said.Provider}' is not rehearsed on a simulator.");
        if (said.Steps.Count == 0) throw Wrong(Line(text, "steps", 0), "steps is empty.");
        for (int i = 0; i < said.Steps.Count; i++)
            if (said.Steps[i].Problem is { } problem) throw Wrong(Line(text, "do", i), $"step {i + 1}: {problem}");
        return said;

        CrdrException Wrong(long line, string what) =>
            new(CrdrErrorKind.InvalidInput, "ScenarioInvalid", $"The scenario {file} cannot be read: line {line}, {what}", "What stands there is told by docs/playbooks.md.");
    }

    /// <summary>The line of the so-manyth field of that name.</summary>
    private static long Line(string text, string field, int index)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Utf8JsonReader reader = new(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        while (reader.Read())
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(field) && index-- == 0) return 1 + bytes.Take((int)reader.TokenStartIndex).Count(b => b == '\n');
        return 1;
    }
}

/// <summary>What a scenario is held against.</summary>
public sealed class ScenarioObjectives
{
    /// <summary>The recovery time.</summary>
    [JsonConverter(typeof(ScenarioSpan))]
    public TimeSpan? Rto { get; set; }
    /// <summary>The loss, as a time.</summary>
    [JsonConverter(typeof(ScenarioSpan))]
    public TimeSpan? Rpo { get; set; }
}

/// <summary>One thing that is done, and what is expected of it.</summary>
public sealed class ScenarioStep
{
    /// <summary>What.</summary>
    public required ScenarioAction Do { get; set; }
    /// <summary>Failover, switchover: where writes shall go.</summary>
    [JsonConverter(typeof(ScenarioName<Side>))]
    public Side? To { get; set; }
    /// <summary>Outage, region-back: whose region; the primary's unless told.</summary>
    [JsonConverter(typeof(ScenarioName<Side>))]
    public Side? Of { get; set; }
    /// <summary>Restore: make the primary active too.</summary>
    public bool? TakeOver { get; set; }
    /// <summary>Failover: although the loss is over the limit or cannot be bounded; at Aiven, which reports no lag, it is given unless told.</summary>
    public bool? AllowDataLoss { get; set; }
    /// <summary>Wait: how many seconds.</summary>
    public double? Seconds { get; set; }
    /// <summary>Fault: what the vendor's API does wrong from now on.</summary>
    public ScenarioFault? Fault { get; set; }
    /// <summary>An operation: how it ends; with success unless told.</summary>
    public ScenarioExpectation? Expect { get; set; }

    /// <summary>The verb of an operation.</summary>
    internal CrdrVerb? Verb => Do switch
    {
        ScenarioAction.Failover => CrdrVerb.Failover, ScenarioAction.Switchover => CrdrVerb.Switchover, ScenarioAction.Restore => CrdrVerb.Restore, ScenarioAction.Setup => CrdrVerb.Setup, _ => null,
    };

    /// <summary>What fields do not go together.</summary>
    internal string? Problem =>
        Do == ScenarioAction.Wait != Seconds is not null ? "seconds and wait go together."
        : Seconds is < 0 or > 3600 ? "seconds are 0 to 3600."
        : Do == ScenarioAction.Fault != Fault is not null ? "a fault and do: fault go together."
        : Fault?.Problem is { } wrong ? wrong
        : Of is not null && Do is not (ScenarioAction.Outage or ScenarioAction.RegionBack) ? "of is for outage and region-back."
        : To is not null && Do is not (ScenarioAction.Failover or ScenarioAction.Switchover) ? "to is for failover and switchover."
        : To is null && Do == ScenarioAction.Switchover ? "a switchover needs to: primary or recovery."
        : TakeOver is not null && Do != ScenarioAction.Restore ? "takeOver is for restore."
        : AllowDataLoss is not null && Do != ScenarioAction.Failover ? "allowDataLoss is for failover."
        : Expect is not null && Verb is null ? "expect is for failover, switchover, restore and setup."
        : null;
}

/// <summary>What a step of a scenario does.</summary>
[JsonConverter(typeof(ScenarioActionName))]
public enum ScenarioAction
{
    /// <summary>A region is lost.</summary>
    Outage,
    /// <summary>A region is back.</summary>
    RegionBack,
    /// <summary>The vendor's API does something wrong.</summary>
    Fault,
    /// <summary>The vendor's API does everything right again.</summary>
    ClearFaults,
    /// <summary>Time passes.</summary>
    Wait,
    /// <summary>The failover.</summary>
    Failover,
    /// <summary>A planned move.</summary>
    Switchover,
    /// <summary>The lost side is made anew.</summary>
    Restore,
    /// <summary>Protection is set up.</summary>
    Setup,
}

/// <summary>How an operation is expected to end.</summary>
public sealed class ScenarioExpectation
{
    /// <summary>Its outcome; Succeeded unless told.</summary>
    [JsonConverter(typeof(ScenarioName<CrdrOutcome>))]
    public CrdrOutcome? Outcome { get; set; }
    /// <summary>The pair's phase after it.</summary>
    [JsonConverter(typeof(ScenarioName<CrdrPhase>))]
    public CrdrPhase? Phase { get; set; }
    /// <summary>The error it names.</summary>
    public string? ErrorId { get; set; }
}

/// <summary>What must hold when everything was done.</summary>
[JsonConverter(typeof(ScenarioClaimName))]
public enum ScenarioClaim
{
    /// <summary>No two sides ever took writes at once.</summary>
    OneWriter,
    /// <summary>No operation lost more than it stated.</summary>
    LossWithinStated,
    /// <summary>The recovery time is within its objective.</summary>
    Rto,
    /// <summary>What the failover lost is within its objective.</summary>
    Rpo,
    /// <summary>No operation asked the vendor for the same change again after it may have been done.</summary>
    NothingAskedTwice,
    /// <summary>The pair is protected at the end.</summary>
    ProtectedAtTheEnd,
}

/// <summary>A fault of the vendor's API, as the simulator takes it. A request must match every condition that is set.</summary>
public sealed class ScenarioFault
{
    /// <summary>The HTTP method.</summary>
    public string? Method { get; set; }
    /// <summary>A part of the path.</summary>
    public string? PathContains { get; set; }
    /// <summary>The vendor's name for the operation: <c>ServiceUpdate</c>, <c>StreamUpdate</c>.</summary>
    public string? Kind { get; set; }
    /// <summary>A part of the body.</summary>
    public string? BodyContains { get; set; }
    /// <summary>The first matches that pass unharmed.</summary>
    public int? Skip { get; set; }
    /// <summary>How many requests it hits after that; all unless told.</summary>
    public int? Times { get; set; }
    /// <summary>What it does.</summary>
    public required ScenarioFaultAction Action { get; set; }
    /// <summary>Milliseconds of latency.</summary>
    public int? DelayMs { get; set; }
    /// <summary>The status that is answered.</summary>
    public int? Status { get; set; }
    /// <summary>What the answer says of when to come again.</summary>
    public int? RetryAfterSeconds { get; set; }
    /// <summary>Whether the change is applied first.</summary>
    public bool? Applied { get; set; }

    /// <summary>What is no fault.</summary>
    internal string? Problem =>
        Skip < 0 || Times < 0 || RetryAfterSeconds < 0 ? "skip, times and retryAfterSeconds are not negative."
        : DelayMs is < 0 or > 60_000 ? "delayMs is 0 to 60000."
        : Status is < 200 or > 599 ? "status is 200 to 599."
        : null;
}

/// <summary>What a fault does to a request.</summary>
[JsonConverter(typeof(ScenarioFaultName))]
public enum ScenarioFaultAction
{
    /// <summary>It takes longer.</summary>
    Latency,
    /// <summary>The connection is reset; nothing is applied.</summary>
    DropBefore,
    /// <summary>The change is applied, and the reply is lost.</summary>
    DropAfter,
    /// <summary>The connection is reset; the change is applied later.</summary>
    LateApply,
    /// <summary>A status is answered.</summary>
    Status,
    /// <summary>A page of HTML is answered.</summary>
    HtmlBody,
    /// <summary>Half of the JSON is answered.</summary>
    TruncatedJson,
    /// <summary>Half of the answer comes.</summary>
    CutReply,
    /// <summary>The state before the last change is answered.</summary>
    StaleReply,
}
