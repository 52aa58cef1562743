using System.Globalization;

namespace CrdrTools.Simulator.Aiven;

/// <summary>A plan: its tier says how many nodes it has and whether it takes part in CRDR.</summary>
internal sealed record AivenPlan(string Name, string Tier, int Nodes, int Size)
{
    private static readonly Dictionary<string, int> Tiers = new()
    {
        ["free"] = 1, ["developer"] = 1, ["hobbyist"] = 1, ["startup"] = 1, ["business"] = 2, ["premium"] = 3,
    };

    /// <summary>Documented: startup and up; free, developer and hobbyist are excluded.</summary>
    public bool TakesRecovery => Tier is not ("free" or "developer" or "hobbyist");

    /// <summary>Documented: business and premium, whose services have standby nodes.</summary>
    public bool TakesHaReplicaDns => Tier is "business" or "premium";

    public int MemoryMb => Size * 1024;
    public int Cpus => Math.Max(1, Size / 4);
    public int DiskSpaceMb => Size * 40 * 1024;

    /// <summary>Reads names like <c>business-8</c> and <c>hobbyist</c>; null when there is no such tier.</summary>
    public static AivenPlan? Parse(string name)
    {
        var dash = name.IndexOf('-');
        var tier = dash < 0 ? name : name.Substring(0, dash);
        if (!Tiers.TryGetValue(tier, out var nodes)) return null;
        var digits = new string([.. name.Skip(tier.Length + 1).TakeWhile(char.IsDigit)]);
        var size = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var s) && s is > 0 and < 10_000 ? s : 1;
        return new AivenPlan(name, tier, nodes, size);
    }
}
