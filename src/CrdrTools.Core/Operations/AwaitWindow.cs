namespace CrdrTools.Core.Operations;

/// <summary>Waits for the time of day at which the take-over may happen.</summary>
internal sealed class AwaitWindow(string window) : Step
{
    private readonly (TimeSpan From, TimeSpan To) _window = Parse(window);

    public override string Id => "await-window";
    public override string Effect => $"Wait for the window {window} UTC";
    public override bool Acts => false;
    public override bool Anchor => false;
    public override bool Perishable => true;
    public override string? NeededBy => null;
    public override TimeSpan Limit => TimeSpan.FromHours(25);

    public override Verdict Judge(CrdrStatus now, bool asked = false)
    {
        TimeSpan time = now.ObservedAt.UtcDateTime.TimeOfDay;
        bool open = _window.From <= _window.To ? time >= _window.From && time < _window.To : time >= _window.From || time < _window.To;
        return new(open ? StepState.Done : StepState.Underway, $"{time:hh\\:mm\\:ss} UTC, the window is {window}");
    }

    private static (TimeSpan, TimeSpan) Parse(string window)
    {
        string[] parts = window.Split('-');
        if (parts.Length == 2
            && TimeSpan.TryParseExact(parts[0].Trim(), "hh\\:mm", null, out TimeSpan from)
            && TimeSpan.TryParseExact(parts[1].Trim(), "hh\\:mm", null, out TimeSpan to) && from != to)
            return (from, to);
        throw new CrdrException(CrdrErrorKind.InvalidInput, "WindowInvalid", $"'{window}' is no window: HH:mm-HH:mm in UTC, for example 22:00-04:00.");
    }
}
