namespace CrdrTools.Simulator;

/// <summary>Where a takeover by the vendor stops and stays.</summary>
public enum TakeoverHang
{
    /// <summary>It does not hang.</summary>
    No,

    /// <summary>Before the cutover: the old side still takes writes.</summary>
    BeforeCutover,

    /// <summary>In the cutover: nobody takes writes.</summary>
    InCutover,
}
