namespace CrdrTools.Simulator.Aiven;

/// <summary>A node as the API shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">Its state.</param>
/// <param name="Role">master or standby; null while that is not known.</param>
/// <param name="Progress">How far it is built, 0 to 1; null when it is not being built.</param>
internal sealed record NodeView(string Name, string State, string? Role, double? Progress)
{
    public static IReadOnlyList<NodeView> Of(AivenModel model, AivenService service)
    {
        var hidden = ServiceView.OutageNoticed(model, service) ? OutageState(model.Stage.Settings.Outage) : null;
        double? built = service.State == AivenWords.Rebuilding
            && model.Transitions.TryGetValue(service.Key, out var t) && t.Kind == TransitionKind.Rebuild
            ? t.FractionAt(model.Stage.Now)
            : null;
        var views = new NodeView[service.Nodes.Count];
        for (var i = 0; i < views.Length; i++)
        {
            var node = service.Nodes[i];
            var building = built is not null && node.State == "setting_up_vm";
            var state = hidden ?? (building && built > 0 ? "syncing_data" : node.State);
            var master = i == 0 && service.Role is null or AivenWords.Active;
            views[i] = new NodeView(node.Name, state, building ? null : master ? "master" : "standby", building ? built : null);
        }
        return views;
    }

    private static string? OutageState(OutageView view) => view switch
    {
        OutageView.NodesUnknown or OutageView.ApiErrors => "unknown",
        OutageView.NodesTimingOut => "timing_out",
        _ => null,
    };
}
