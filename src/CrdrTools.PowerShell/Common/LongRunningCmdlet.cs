namespace CrdrTools.PowerShell.Common;

/// <summary>The base of the verbs on pairs that go on at the vendor after they were asked for.</summary>
public abstract class LongRunningCmdlet : PairChangingCmdlet
{
    /// <summary>Returns once the first change was accepted. Nothing goes on in the background: Resume-CrdrOperation finishes it.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <inheritdoc/>
    private protected override CrdrRequest Narrow(CrdrRequest request, PairOrName pair) => request with { NoWait = NoWait };
}
