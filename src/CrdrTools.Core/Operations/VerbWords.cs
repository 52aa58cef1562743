namespace CrdrTools.Core.Operations;

/// <summary>Pure: what a verb is called among people.</summary>
public static class VerbWords
{
    /// <summary>As the first word of a title.</summary>
    public static string Of(CrdrVerb? verb) => verb switch
    {
        null => "Operation",
        CrdrVerb.StopReplication => "Stop of the replication",
        CrdrVerb.SwitchRoute => "Switch of routes",
        { } other => other.ToString(),
    };
}
