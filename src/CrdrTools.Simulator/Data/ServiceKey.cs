namespace CrdrTools.Simulator.Data;

/// <summary>Names one service of a project.</summary>
internal readonly record struct ServiceKey(string Project, string Service)
{
    public override string ToString() => Project + "/" + Service;
}
