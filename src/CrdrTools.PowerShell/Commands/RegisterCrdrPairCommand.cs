namespace CrdrTools.PowerShell.Commands;

/// <summary>Finds out what was left out of a pair's description, pins who its members are, and keeps it in the pair file.</summary>
[Cmdlet(VerbsLifecycle.Register, "CrdrPair", DefaultParameterSetName = "Object", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(CrdrPair))]
public sealed class RegisterCrdrPairCommand : PairDraftCmdlet
{
    /// <summary>Pairs as they are described: objects of New-CrdrPair, hashtables, or rows with the same names.</summary>
    // Anything binds here before its properties do: a pair has properties with the names of the parameters that describe one.
    [Parameter(ParameterSetName = "Object", Mandatory = true, ValueFromPipeline = true)]
    public PSObject InputObject { get; set; } = new();

    /// <summary>Replaces a pair of that name.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName is ByProject or ByMember)
        {
            Register(Describe, Name ?? Primary);
            return;
        }
        try
        {
            foreach (PairOrName given in PairArgumentAttribute.Read(InputObject)) Register(() => Engine.Find(given, patterns: false)[0], given.Name);
        }
        catch (ArgumentTransformationMetadataException e)
        {
            WriteError(new ErrorRecord(e, "NoPair", ErrorCategory.InvalidArgument, InputObject));
        }
    }

    private void Register(Func<CrdrPair> describe, string target)
    {
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
