namespace CrdrTools.PowerShell.Commands;

/// <summary>Ends a split: of two members that both take writes one is kept, and the other, whose own writes are kept aside and listed, becomes its copy.</summary>
[Cmdlet(VerbsDiagnostic.Repair, "CrdrPair", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CrdrOperation))]
public sealed class RepairCrdrPairCommand : LongRunningCmdlet
{
    /// <summary>The member whose writes are kept: its name, or Primary or Recovery.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ArgumentCompleter(typeof(MemberNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string KeepWriter { get; set; } = "";

    private protected override CrdrRequest Ask() => new() { Verb = CrdrVerb.Repair };

    private protected override Task<CrdrRequest> LookUpAsync(CrdrPair pair, CrdrRequest request, string? token, PowerShellHost host, CancellationToken ct) =>
        Task.FromResult(request with { To = Engine.SideOf(pair, KeepWriter) });
}
