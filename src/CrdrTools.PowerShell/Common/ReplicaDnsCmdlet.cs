namespace CrdrTools.PowerShell.Common;

/// <summary>The base of the cmdlets that switch read-only names.</summary>
public abstract class ReplicaDnsCmdlet : AskingCmdlet
{
    private string? _underWay;

    /// <summary>The pairs: names, pair objects, or hashtables that describe them.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [PairArgument]
    [ArgumentCompleter(typeof(PairNameCompleter))]
    public PairOrName[] Pair { get; set; } = [];

    /// <summary>The side whose service is meant; the one that takes the writes unless given. A name of our own follows the pair, and has no side.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public Side? Side { get; set; }

    /// <summary>What is asked for.</summary>
    private protected abstract CrdrReplicaDnsRequest Wanted { get; }

    /// <summary>What is done, and what that brings, in words.</summary>
    private protected abstract string What(string name);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        CrdrReplicaDnsRequest wanted = Wanted with { Side = Side };
        foreach (PairOrName pair in Pair) Act(pair, wanted);
    }

    /// <summary>The pipeline is closed: what was asked for may still come about.</summary>
    private protected override void OnStopped()
    {
        if (_underWay is { } pair) TellHost($"Stopped. Whether the read-only name of {pair} was switched is told by: Get-CrdrReplicaDns {pair}");
    }

    private void Act(PairOrName argument, CrdrReplicaDnsRequest wanted)
    {
        try
        {
            CrdrPair found = Engine.Find(argument, patterns: false)[0];
            PowerShellHost host = HostFor(found.Name);
            string? token = PlainToken;
            CrdrPair pair = Run(ct => Engine.CompleteAsync(found, token, host, ct));
            if (!(MayGo(What(Named(pair, wanted.Side)), "") ?? throw NobodyThere())) return;
            _underWay = pair.Name;
            WriteObject(Run(ct => Engine.SetReplicaDnsAsync(pair, wanted, token, host, ct)));
            _underWay = null;
        }
        catch (CrdrException e)
        {
            _underWay = null;
            WriteError(ErrorRecords.Of(e, argument.Name));
        }
    }

    private static string Named(CrdrPair pair, Side? side) =>
        side is { } one ? $"the read-only name of {pair[one].Name} ({one} side of {pair.Name})"
        : pair.ReplicaDns is not null ? $"the read-only name of {pair.Name}" : $"the read-only name of {pair.Name}'s service that takes the writes";
}
