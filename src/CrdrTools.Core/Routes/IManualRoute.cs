namespace CrdrTools.Core.Routes;

/// <summary>What is done to a route.</summary>
public enum RouteDeed
{
    /// <summary>Clients are kept from a side.</summary>
    Fence,
    /// <summary>They are let there again, where they went elsewhere.</summary>
    Unfence,
    /// <summary>They are sent to a side.</summary>
    Switch,
}

/// <summary>A route that somebody can move by hand with what is installed beside it.</summary>
public interface IManualRoute
{
    /// <summary>Pure: the commands that do the same without this tool.</summary>
    /// <param name="deed">What is done.</param>
    /// <param name="side">To which side.</param>
    IReadOnlyList<string> ByHand(RouteDeed deed, Side side);
}
