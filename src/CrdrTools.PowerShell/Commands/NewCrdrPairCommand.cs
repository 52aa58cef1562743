namespace CrdrTools.PowerShell.Commands;

/// <summary>Describes a pair in memory. Nothing is looked up, and nothing is kept.</summary>
[Cmdlet(VerbsCommon.New, "CrdrPair", DefaultParameterSetName = ByParts)]
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
