namespace CrdrTools.PowerShell.Commands;

/// <summary>Switches the read-only name of pairs on: it leads to the standbys, and to the primary while none can be read from.</summary>
[Cmdlet(VerbsLifecycle.Enable, "CrdrReplicaDns", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(CrdrReplicaDns))]
public sealed class EnableCrdrReplicaDnsCommand : ReplicaDnsCmdlet
{
    /// <summary>Standbys that are not waited for any more, by their names.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Forget { get; set; } = [];

    /// <summary>Standbys that are waited for again, by their names.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Remember { get; set; } = [];

    private protected override CrdrReplicaDnsRequest Wanted => new() { Enable = true, Forget = Forget, Remember = Remember };

    private protected override string What(string name) =>
        $"Switch on {name}{(Forget.Length > 0 ? $", not waiting for {string.Join(", ", Forget)}" : "")}{(Remember.Length > 0 ? $", waiting for {string.Join(", ", Remember)} again" : "")}.";
}
