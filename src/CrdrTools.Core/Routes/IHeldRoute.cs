namespace CrdrTools.Core.Routes;

/// <summary>
/// A route that can hold clients off and send them on within a moment, after a look at all that can be looked at before. For a step that stops the old
/// side itself or proves it empty: the hold is an order that was obeyed, not yet the lasting fence of <see cref="IRoute.FenceAsync"/>.
/// </summary>
public interface IHeldRoute : IRoute
{
    /// <summary>Opens and looks at what there is, while clients still work. Changes nothing.</summary>
    Task<IHeldClients> PrepareAsync(Side old, CancellationToken ct);
}

/// <summary>The clients of one route, to be held off one side and sent on to the other. Each call returns when its order was obeyed, or throws <see cref="CrdrException"/>.</summary>
public interface IHeldClients : IDisposable
{
    /// <summary>What is worth a word once it is over, as why clients were turned away that should have waited.</summary>
    IReadOnlyList<string> Notes { get; }

    /// <summary>New clients wait from here on, where they can; those that are there go on. For a side that is well and turns new clients away before it is left.</summary>
    Task QueueAsync();

    /// <summary>No new client gets to the old side, and those that are there are cut off, or have been let end what they did.</summary>
    /// <param name="planned">Whether the old side is well, so that clients may be given time; those of a dead one are cut off at once.</param>
    Task HoldAsync(bool planned);

    /// <summary>Whatever can be done for <see cref="SendOnAsync"/> once the promotion was sent, while it is waited for; clients stay held.</summary>
    Task AimAsync();

    /// <summary>Clients go on to the other side. What makes that last is left to <see cref="IRoute.SwitchAsync"/> afterwards.</summary>
    Task SendOnAsync();
}
