namespace CrdrTools.PowerShell.Commands;

/// <summary>Switches the read-only name of pairs off: it leads to nothing then.</summary>
[Cmdlet(VerbsLifecycle.Disable, "CrdrReplicaDns", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(CrdrReplicaDns))]
public sealed class DisableCrdrReplicaDnsCommand : ReplicaDnsCmdlet
{
    private protected override CrdrReplicaDnsRequest Wanted => new() { Enable = false };

    private protected override string What(string name) => $"Switch off {name}: it leads to nothing then, and readers that use it lose it.";
}
