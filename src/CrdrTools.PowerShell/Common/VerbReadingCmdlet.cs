namespace CrdrTools.PowerShell.Common;

/// <summary>The base of the cmdlets that look at what a verb would do.</summary>
public abstract class VerbReadingCmdlet : PairReadingCmdlet
{
    /// <summary>The verb.</summary>
    [Parameter]
    public CrdrVerb Verb { get; set; } = CrdrVerb.Failover;

    /// <summary>Where writes shall go.</summary>
    [Parameter]
    public Side? To { get; set; }

    /// <summary>With the verb Restore: also make the primary active.</summary>
    [Parameter]
    public SwitchParameter TakeOver { get; set; }

    /// <summary>What would be asked for.</summary>
    private protected CrdrRequest Ask() => new() { Verb = Verb, To = To, TakeOver = TakeOver };
}
