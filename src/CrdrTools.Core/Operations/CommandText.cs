namespace CrdrTools.Core.Operations;

/// <summary>Pure: the command a person would type for a request, ready to paste.</summary>
public static class CommandText
{
    /// <summary>In PowerShell, and for <c>crdr</c>. <paramref name="more"/>: switches to add, in PowerShell's spelling.</summary>
    public static (string PowerShell, string Crdr) For(string pair, CrdrRequest request, IEnumerable<string>? more = null)
    {
        (string cmdlet, string verb) = request.Verb switch
        {
            CrdrVerb.Failover => ("Invoke-CrdrFailover", "failover"),
            CrdrVerb.Switchover => ("Invoke-CrdrSwitchover", "switchover"),
            CrdrVerb.Restore => ("Restore-CrdrPrimary", "restore"),
            CrdrVerb.StopReplication => ("Stop-CrdrStream", "stream stop"),
            CrdrVerb.SwitchRoute => ("Switch-CrdrRoute", "route switch"),
            CrdrVerb.Repair => ("Repair-CrdrPair", "repair"),
            _ => ("New-CrdrRecovery", "setup"),
        };
        List<string> switches = [];
        void Add(bool given, string text)
        {
            if (given && !switches.Contains(text)) switches.Add(text);
        }
        Add(request is { Verb: CrdrVerb.Switchover or CrdrVerb.SwitchRoute, To: not null } or { Verb: CrdrVerb.Failover, To: Side.Primary }, $"-To {request.To}");
        Add(request is { Verb: CrdrVerb.Repair, To: not null }, $"-KeepWriter {request.To}");
        Add(request.Routes.Count > 0, $"-Name {string.Join(",", request.Routes)}");
        Add(request.FailoverAt is not null, $"-FailoverAt {request.FailoverAt?.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}");
        Add(request is { Verb: CrdrVerb.Switchover, ForceAfter: not null }, $"-ForceAfter {request.ForceAfter?.TotalSeconds.ToString("0", System.Globalization.CultureInfo.InvariantCulture)}");
        Add(request.TakeOver, "-TakeOver");
        Add(request.TakeOverWindow is not null, $"-TakeOverWindow {request.TakeOverWindow}");
        Add(request.Options.Get("cloud") is not null, $"-Cloud {request.Options.Get("cloud")}");
        Add(request.Options.Get("plan") is not null, $"-Plan {request.Options.Get("plan")}");
        Add(request.OutageSince is not null, $"-OutageSince {request.OutageSince?.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}");
        // The newer limit takes the older one's place.
        Add(request.MaxDataLoss is not null && more?.Any(m => m.StartsWith("-MaxDataLoss", StringComparison.Ordinal)) != true, FormattableString.Invariant($"-MaxDataLoss {request.MaxDataLoss?.TotalSeconds:0.###}"));
        Add(request.AllowDataLoss, "-AllowDataLoss");
        Add(request.GiveUpHealthyPrimary, "-GiveUpHealthyPrimary");
        Add(request.AllowUnfenced, "-AllowUnfenced");
        Add(request.SkipQuietTime, "-SkipQuietTime");
        Add(request.DiscardWritesOn is not null, $"-DiscardWritesOn {request.DiscardWritesOn}");
        Add(request.SoleController, "-SoleController");
        Add(request.NoRoute, "-NoRoute");
        Add(request.AllowInactive is not null, $"-AllowInactive {request.AllowInactive}");
        foreach (string text in more ?? []) Add(true, text);
        return (string.Join(" ", new[] { cmdlet, pair }.Concat(switches)), string.Join(" ", new[] { "crdr", verb, pair }.Concat(switches.Select(Unix))));
    }

    /// <summary>What judges a request without acting, the same way.</summary>
    public static (string PowerShell, string Crdr) Readiness(string pair, CrdrRequest request)
    {
        string to = request.To is { } side ? $" -To {side}" : "", more = $"{to}{(request.TakeOver ? " -TakeOver" : "")}";
        string unix = $"{(request.To is null ? "" : $" {Unix(to.Trim())}")}{(request.TakeOver ? " --take-over" : "")}";
        return ($"Get-CrdrReadiness {pair} -Verb {request.Verb}{more}", $"crdr readiness {pair} --verb {request.Verb.ToString().ToLowerInvariant()}{unix}");
    }

    /// <summary><c>-AllowDataLoss</c> is <c>--allow-data-loss</c> there; a value is in small letters.</summary>
    public static string Unix(string powerShell)
    {
        string[] parts = powerShell.Split([' '], 2);
        string name = string.Concat(parts[0].TrimStart('-').Select((c, i) => char.IsUpper(c) && i > 0 ? $"-{char.ToLowerInvariant(c)}" : char.ToLowerInvariant(c).ToString()));
        return parts.Length == 1 ? $"--{name}" : $"--{name} {(parts[1] is "Primary" or "Recovery" ? parts[1].ToLowerInvariant() : parts[1])}";
    }
}
