namespace CrdrTools.Core.Routes.HAProxy;

/// <summary>What administrators, the configuration and the resolver have decided about a server; several at a time.</summary>
[Flags]
public enum HAProxyAdmin
{
    /// <summary>Nothing: it is up to its health.</summary>
    None = 0,
    /// <summary>Somebody has put it into maintenance.</summary>
    ForcedMaintenance = 0x01,
    /// <summary>The server that it tracks is in maintenance.</summary>
    InheritedMaintenance = 0x02,
    /// <summary>The configuration says <c>disabled</c>. Stays set after it was made ready, so it tells nothing of the present.</summary>
    ConfiguredMaintenance = 0x04,
    /// <summary>Somebody has let it drain: it keeps its sessions and gets no new ones.</summary>
    ForcedDrain = 0x08,
    /// <summary>The server that it tracks drains.</summary>
    InheritedDrain = 0x10,
    /// <summary>Its name does not resolve; it comes back by itself.</summary>
    ResolutionMaintenance = 0x20,
    /// <summary>Its name was changed at run time.</summary>
    NameChanged = 0x40,
}

/// <summary>One server of a backend, as one proxy sees it now.</summary>
public sealed record HAProxyServer
{
    private const HAProxyAdmin Shut = HAProxyAdmin.ForcedMaintenance | HAProxyAdmin.InheritedMaintenance | HAProxyAdmin.ResolutionMaintenance
        | HAProxyAdmin.ForcedDrain | HAProxyAdmin.InheritedDrain;

    /// <summary>Its name within the backend.</summary>
    public required string Name { get; init; }

    /// <summary>Whether HAProxy holds it for alive. Right after maintenance that is a guess: see <see cref="Sound"/>.</summary>
    public required bool Running { get; init; }

    /// <summary>What was decided about it.</summary>
    public required HAProxyAdmin Admin { get; init; }

    /// <summary>Its weight; at 0 it gets no new client.</summary>
    public required int Weight { get; init; }

    /// <summary>Whether it is used only when no other server can be.</summary>
    public required bool Backup { get; init; }

    /// <summary>Its sessions now.</summary>
    public required int Sessions { get; init; }

    /// <summary>How many it takes at a time (<c>maxconn</c>); 0 is no limit. Who comes when that many are there waits in HAProxy.</summary>
    public int Limit { get; init; }

    /// <summary>HAProxy's own word: <c>UP</c>, <c>UP 1/3</c>, <c>DOWN</c>, <c>MAINT</c>, <c>no check</c>, …</summary>
    public required string Status { get; init; }

    /// <summary>Somebody has put it into maintenance.</summary>
    public bool InMaintenance => Admin.HasFlag(HAProxyAdmin.ForcedMaintenance);

    /// <summary>No client is on it, and none comes: maintenance alone leaves sessions as they are.</summary>
    public bool Fenced => InMaintenance && Sessions == 0;

    /// <summary>It gets new clients as soon as it is alive.</summary>
    public bool Open => (Admin & Shut) == 0 && Weight > 0;

    /// <summary>It can get new clients now.</summary>
    public bool Usable => Open && Running;

    /// <summary>
    /// It can, and its health is known: a server that leaves maintenance is called <c>UP 1/3</c>, alive or dead, until its first check.
    /// </summary>
    public bool Sound => Usable && Status is "UP" or "no check";

    /// <summary>Whether it would get clients that now go to the other one, or share them.</summary>
    public bool Displaces(HAProxyServer other) => !Backup || other.Backup;

    /// <summary>Its name and HAProxy's word, where that is one that says what it is.</summary>
    public override string ToString() => Status == "no check" ? $"{Name} is not checked" : $"{Name} is {Status}";
}
