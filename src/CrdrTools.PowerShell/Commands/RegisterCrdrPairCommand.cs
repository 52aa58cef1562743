namespace CrdrTools.PowerShell.Commands;

/// <summary>Finds out what was left out of a pair's description, pins who its members are, and keeps it in the pair file.</summary>
[Cmdlet(VerbsLifecycle.Register, "CrdrPair", DefaultParameterSetName = ByParts, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(CrdrPair))]
public sealed class RegisterCrdrPairCommand : PairDraftCmdlet
{
    /// <summary>Pairs as they are described: objects of New-CrdrPair, or hashtables.</summary>
    [Parameter(ParameterSetName = "Object", Mandatory = true, ValueFromPipeline = true)]
    [PairArgument]
    public PairOrName[] InputObject { get; set; } = [];

    /// <summary>Replaces a pair of that name.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        IEnumerable<Func<CrdrPair>> drafts = ParameterSetName == ByParts ? [Describe] : InputObject.Select(o => (Func<CrdrPair>)(() => Engine.Find(o, patterns: false)[0]));
        foreach (Func<CrdrPair> draft in drafts) Register(draft);
    }

    private void Register(Func<CrdrPair> describe)
    {
        string? target = Name ?? Primary;
        try
        {
            CrdrPair draft = describe();
            target = draft.Name;
            Engine.Check(draft);
            if (!ShouldProcess($"{draft.Name} in {Engine.PairFile}", Force ? "Register pair, replacing one of that name" : "Register pair")) return;
            PowerShellHost host = HostFor(draft.Name);
            string? token = PlainToken;
            bool replace = Force;
            WriteObject(Run(ct => Engine.RegisterAsync(draft, token, replace, host, ct)));
        }
        catch (CrdrException e)
        {
            WriteError(ErrorRecords.Of(e, target));
        }
    }
}
