namespace CrdrTools.Simulator.Aiven;

/// <summary>An integration as the API shows it.</summary>
/// <param name="Integration">The integration.</param>
/// <param name="Active">Whether it is in use; assumed: not once its primary was given up.</param>
/// <param name="Status">failed, inactive, running, starting or unknown.</param>
/// <param name="Description">The status in words.</param>
internal sealed record IntegrationView(AivenIntegration Integration, bool Active, string Status, string Description)
{
    public static IntegrationView Of(AivenModel model, AivenIntegration integration)
    {
        var source = model.Find(integration.Source);
        var dest = model.Find(integration.Dest);
        var active = integration.Enabled && source?.Role != AivenWords.Failed && dest?.Role != AivenWords.Failed;
        var (status, words) = StatusOf(model, integration, active);
        return new IntegrationView(integration, active, status, words);
    }

    /// <summary>Assumed: the vendor documents the words, not when each is shown.</summary>
    private static (string Status, string Words) StatusOf(AivenModel model, AivenIntegration integration, bool active)
    {
        if (!active) return ("inactive", "Integration is not active");
        var members = new[] { model.Find(integration.Source), model.Find(integration.Dest) };
        if (model.Stage.Settings.Outage != OutageView.StillRunning
            && members.Any(m => m is not null && ServiceView.OutageNoticed(model, m)))
            return ("unknown", "Integration status is not known");
        if (members.Any(m => m is null || !m.Operational)) return ("starting", "Integration is starting");
        if (integration.Type != AivenWords.DisasterRecovery || model.PairOf(integration.Source) is not { } pair)
            return ("running", "Integration is working as expected");
        return model.Stage.Now < pair.ReplicationFrom
            ? ("starting", "Replication is starting")
            : ("running", "Integration is working as expected");
    }
}
