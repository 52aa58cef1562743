namespace CrdrTools.PowerShell.Common;

/// <summary>The base of the cmdlets that break a region on purpose, and mend it.</summary>
public abstract class DisruptingCmdlet : AskingCmdlet
{
    /// <summary>The pairs: names, pair objects, or hashtables that describe them.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [PairArgument]
    [ArgumentCompleter(typeof(PairNameCompleter))]
    public PairOrName[] Pair { get; set; } = [];

    /// <summary>The sides that are meant.</summary>
    private protected abstract IEnumerable<Side> Sides { get; }

    /// <summary>What is done to a side, in words.</summary>
    private protected abstract string What(CrdrPair pair, Side side);

    /// <summary>What is disrupted then; <see langword="null"/> for nothing.</summary>
    private protected abstract CrdrDisruption? Wanted(CrdrPair pair, Side side);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (PairOrName pair in Pair)
            foreach (Side side in Sides) Act(pair, side);
    }

    private void Act(PairOrName argument, Side side)
    {
        try
        {
            CrdrPair found = Engine.Find(argument, patterns: false)[0];
            PowerShellHost host = HostFor(found.Name);
            string? token = PlainToken;
            CrdrPair pair = Run(ct => Engine.CompleteAsync(found, token, host, ct));
            if (MayGo(What(pair, side), "") ?? throw NobodyThere()) WriteObject(Run(ct => Engine.DisruptAsync(pair, side, Wanted(pair, side), token, host, ct)));
        }
        catch (CrdrException e)
        {
            WriteError(ErrorRecords.Of(e, argument.Name));
        }
    }
}
