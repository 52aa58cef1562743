using System.Globalization;
using CrdrTools.Core.Operations;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core.ReplicaDns;

/// <summary>Pure: who of a pair takes the writes, as two looks tell it; or why nothing is to be decided while it stands so (safety rule S25).</summary>
/// <param name="Active">The side that takes the writes.</param>
/// <param name="Sight">What it said.</param>
/// <param name="Frozen">Why nothing is decided.</param>
internal sealed record Pairing(Side? Active, ReadSight? Sight, string? Frozen)
{
    /// <summary>What two looks mean.</summary>
    /// <param name="pair">The pair.</param>
    /// <param name="primary">What its primary said; <see langword="null"/> when it said nothing.</param>
    /// <param name="recovery">The same of its recovery side.</param>
    /// <param name="state">What is kept: the newest timeline that the pair was ever seen writing on, and of which system. One that was built anew begins with its own.</param>
    public static Pairing Of(CrdrPair pair, ReadSight? primary, ReadSight? recovery, ReplicaDnsState state)
    {
        bool home = Writes(primary), away = Writes(recovery);
        if (home && away) return new(null, null, $"{pair.Primary.Name} and {pair.Recovery.Name} both take writes");
        if (!home && !away) return new(null, null, primary is null || recovery is null
            ? $"no member is seen taking writes ({Say(pair.Primary, primary)}, {Say(pair.Recovery, recovery)})"
            : "no member takes writes");
        Side side = home ? Side.Primary : Side.Recovery;
        ReadSight writer = (home ? primary : recovery)!;
        if (SystemOf(pair[side]) is { } system && system != writer.System) return new(null, null, $"what answers as {pair[side].Name} is of another system ({writer.System}, not {system})");
        // An old primary that comes back writes too, on the timeline that the pair has left.
        if ((state.System == 0 || state.System == writer.System) && writer.Timeline < state.Timeline)
            return new(null, null, $"{pair[side].Name} takes writes on timeline {writer.Timeline}, and the pair was on {state.Timeline} before: it was left");
        return new(side, writer, null);
    }

    private static bool Writes(ReadSight? sight) => sight is { InRecovery: false };

    private static string Say(CrdrMember member, ReadSight? sight) => $"{member.Name} {(sight is null ? "does not answer" : "is a standby")}";

    /// <summary>The system identifier that was pinned: the first part of the identity.</summary>
    private static ulong? SystemOf(CrdrMember member) =>
        member.Identity is { } identity && ulong.TryParse(identity.Split('@')[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong system) ? system : null;
}
