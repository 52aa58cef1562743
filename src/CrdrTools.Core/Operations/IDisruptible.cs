namespace CrdrTools.Core.Operations;

/// <summary>A pair whose vendor can break a region on purpose, for a rehearsal.</summary>
public interface IDisruptible
{
    /// <summary>What is disrupted now.</summary>
    Task<CrdrDisruption> DisruptionAsync(Side side, CancellationToken ct);

    /// <summary>Disrupts what is asked for, all of the region where nothing is named; <see langword="null"/> ends it.</summary>
    Task<CrdrDisruption> DisruptAsync(Side side, CrdrDisruption? what, CancellationToken ct);
}

/// <summary>A pair whose members have settings that SQL can reach.</summary>
public interface ISettable
{
    /// <summary>Sets a setting where a value is given. Gives what it is then.</summary>
    Task<string> ClusterSettingAsync(Side side, string name, string? value, CancellationToken ct);
}
