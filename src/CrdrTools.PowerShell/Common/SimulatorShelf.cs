using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace CrdrTools.PowerShell.Common;

/// <summary>The simulators that were started in a runspace. Jobs in other runspaces of the process have their own.</summary>
internal static class SimulatorShelf
{
    private static readonly ConditionalWeakTable<Runspace, List<CrdrSimulator>> s_shelves = new();

    public static void Put(CrdrSimulator simulator)
    {
        if (Runspace.DefaultRunspace is { } here) s_shelves.GetOrCreateValue(here).Add(simulator);
    }

    public static IReadOnlyList<CrdrSimulator> Here() =>
        Runspace.DefaultRunspace is { } here && s_shelves.TryGetValue(here, out List<CrdrSimulator>? shelf) ? [.. shelf.Where(s => s.Running)] : [];

    public static void StopAll()
    {
        foreach (CrdrSimulator simulator in Here()) simulator.Stop();
    }
}
