using System.CommandLine;

namespace CrdrTools.Cli.Commands;

/// <summary>How pairs are watched: the options that <c>monitor</c> and <c>serve</c> share.</summary>
internal sealed class WatchOptions
{
    private readonly Option<TimeSpan?> _interval = new("--interval") { Description = "Between two looks at a pair, in seconds or hh:mm:ss (10 s)", CustomParser = RequestOptions.Span };
    private readonly Option<int?> _threshold = new("--threshold") { Description = "How many looks one after another must find the primary dead (3)" };
    private readonly Option<TimeSpan?> _delay = new("--delay") { Description = "How long an outage must go on after that before it is acted on (30 s)", CustomParser = RequestOptions.Span };
    private readonly Option<bool> _auto = new("--auto-failover") { Description = "Fail over when two witnesses call the primary dead and nothing speaks against it; once, and never back" };
    private readonly Option<bool> _sole = new("--sole-controller") { Description = "Nobody else than who shares this state folder acts on these pairs" };
    private readonly Option<bool> _despite = new("--despite-vendor") { Description = "The vendor's word that the primary runs does not count: two other witnesses must agree, and it is given up all the same" };
    private readonly Option<string?> _webhook = new("--webhook") { Description = "Where alerts are posted to: an https address, or env:NAME that holds one" };
    private readonly Option<string[]> _hook = new("--hook") { Description = "A program that is run for each alert, with its arguments; what happened is in CRDR_EVENT, CRDR_PAIR, CRDR_MESSAGE, CRDR_JSON", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string[]> _witness = new("--witness") { Description = "A program that is asked whether a primary lives, as by another machine: it ends with 0 (alive), 1 (dead), or anything else (no word)", AllowMultipleArgumentsPerToken = true };

    public void AddTo(Command command)
    {
        foreach (Option option in (IEnumerable<Option>)[_interval, _threshold, _delay, _auto, _sole, _despite, _webhook, _hook, _witness]) command.Add(option);
    }

    public CrdrWatchOptions Of(ParseResult parsed)
    {
        CrdrWatchOptions usual = new();
        return new()
        {
            Interval = parsed.GetValue(_interval) ?? usual.Interval, Threshold = parsed.GetValue(_threshold) ?? usual.Threshold, Delay = parsed.GetValue(_delay) ?? usual.Delay,
            AutoFailover = parsed.GetValue(_auto), SoleController = parsed.GetValue(_sole), DespiteVendor = parsed.GetValue(_despite), Webhook = parsed.GetValue(_webhook),
            Hook = parsed.GetValue(_hook) is { Length: > 0 } hook ? hook : null, Witness = parsed.GetValue(_witness) is { Length: > 0 } witness ? witness : null,
        };
    }
}
