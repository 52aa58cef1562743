namespace CrdrTools.Simulator.Aiven;

/// <summary>What a change of role comes to.</summary>
internal enum RoleMove
{
    /// <summary>It has the role already.</summary>
    Nothing,

    /// <summary>The primary is given up, its peer becomes active.</summary>
    FailOver,

    /// <summary>The failed primary is built anew as passive.</summary>
    Rebuild,

    /// <summary>The passive service takes over from the active one.</summary>
    TakeOver,
}
