namespace CrdrTools.PowerShell.Commands;

/// <summary>Describes a pair in memory. Nothing is looked up, and nothing is kept.</summary>
// No default set: PowerShell would ask for a project before it had looked at what was given.
[Cmdlet(VerbsCommon.New, "CrdrPair")]
[OutputType(typeof(CrdrPair))]
public sealed class NewCrdrPairCommand : PairDraftCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        try
        {
            CrdrPair pair = Describe();
            Engine.Check(pair);
            WriteObject(pair);
        }
        catch (CrdrException e)
        {
            WriteError(ErrorRecords.Of(e, Name ?? Primary));
        }
    }
}
