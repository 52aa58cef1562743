namespace CrdrTools.PowerShell.Commands;

/// <summary>The steps a verb would take now, and what stands in its way. Changes nothing.</summary>
[Cmdlet(VerbsCommon.Get, "CrdrPlan")]
[OutputType(typeof(CrdrPlan), typeof(string))]
public sealed class GetCrdrPlanCommand : VerbReadingCmdlet
{
    /// <summary>Prints the vendor's own commands for each step instead.</summary>
    [Parameter]
    public SwitchParameter Manual { get; set; }

    private protected override async Task<IEnumerable<object>> ReadAsync(CrdrPair pair, string? token, PowerShellHost host, CancellationToken ct) => Manual
        ? await Engine.ManualAsync(pair, Ask(), token, host, ct).ConfigureAwait(false)
        : [await Engine.PlanAsync(pair, Ask(), token, host, ct).ConfigureAwait(false)];
}
