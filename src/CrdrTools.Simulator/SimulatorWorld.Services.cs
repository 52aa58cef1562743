using CrdrTools.Simulator.Aiven;
using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator;

/// <summary>What exists, and hands that change it past the API.</summary>
public sealed partial class SimulatorWorld
{
    /// <summary>The regions that are out.</summary>
    public IReadOnlyList<string> Outages => Read(() => _stage.Regions.Down.Keys.ToList());

    /// <summary>All services, by project and name.</summary>
    public IReadOnlyList<SimulatorService> Services =>
        ReadData(() => _aiven.Model.All.Select(s => ServiceSummary.Of(_aiven.Model, s)).ToList());

    /// <summary>All pairs, by project and primary.</summary>
    public IReadOnlyList<SimulatorPair> Pairs => ReadData(() => _aiven.Model.Pairs.Select(p => PairSummary.Of(_aiven.Model, p)).ToList());

    /// <summary>Lets a region fail, or come back.</summary>
    /// <param name="region">With or without the cloud: <c>google-europe-west1</c> and <c>europe-west1</c> are the same.</param>
    /// <param name="down">Whether it is out.</param>
    public void SetOutage(string region, bool down) => Change(() => _stage.Regions.Set(region, down, _stage.Now));

    /// <summary>One service.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public SimulatorService Service(string project, string service) =>
        ReadData(() => ServiceSummary.Of(_aiven.Model, Found(project, service)));

    /// <summary>Adds an empty project.</summary>
    public void AddProject(string project) => Change(() => _aiven.Model.AddProject(project));

    /// <summary>Adds a running service without CRDR, a month old.</summary>
    /// <exception cref="ArgumentException">The name is taken, or there is no such plan.</exception>
    public void AddService(string project, string service, string plan = "startup-4", string cloud = "google-europe-west1") =>
        Change(() => WorldBuilder.AddService(_aiven.Model, project, service, plan, cloud));

    /// <summary>Adds a protected pair: the primary active, the recovery service passive and caught up.</summary>
    /// <exception cref="ArgumentException">A name is taken, or there is no such plan.</exception>
    public void AddPair(
        string project,
        string primary,
        string recovery,
        string plan = "business-8",
        string primaryCloud = "google-europe-west1",
        string recoveryCloud = "google-europe-west4") =>
        Change(() => WorldBuilder.AddPair(_aiven.Model, project, primary, recovery, plan, primaryCloud, recoveryCloud));

    /// <summary>Adds protected pairs <c>pg-0001</c> / <c>pg-0001-dr</c> and so on, after those that exist.</summary>
    public void AddPairs(string project, int count) => Change(() => WorldBuilder.AddPairs(_aiven.Model, project, count));

    /// <summary>Puts another service in the place of one: the same name, a new create time, no data.</summary>
    public void Recreate(string project, string service) => Change(() => WorldBuilder.Recreate(_aiven.Model, Found(project, service)));

    /// <summary>Takes a service out, whatever its role.</summary>
    public void RemoveService(string project, string service) => Change(() => _aiven.Model.Remove(Found(project, service).Key));

    /// <summary>
    /// Sets the role as it is shown: active, passive, failed, null, or a word the vendor may invent. The shared URI follows when
    /// exactly one service of the pair is active.
    /// </summary>
    public void SetRole(string project, string service, string? role) => Change(() =>
    {
        var found = Found(project, service);
        _aiven.Model.Put(found with { Role = role });
        if (_aiven.Model.PairOf(found.Key) is { } pair) _aiven.Motion.LeadUri(pair);
    });

    /// <summary>Sets the state as it is shown, and ends what is under way for the service.</summary>
    public void SetState(string project, string service, string state) => Change(() =>
    {
        var found = Found(project, service);
        _aiven.Motion.Cancel(found.Key);
        _aiven.Model.Put(found with { State = state });
    });

    /// <summary>Sets the states of the nodes, one for each: running, unknown, timing_out, ...; none at all leaves no node.</summary>
    public void SetNodes(string project, string service, params string[] states) => Change(() =>
    {
        var found = Found(project, service);
        var named = states.Length == found.Nodes.Count ? found : found.WithNewNodes("running");
        _aiven.Model.Put(named with { Nodes = [.. states.Select((s, i) => new AivenNode(NodeName(named, i), s))] });
    });

    /// <summary>Takes standby nodes of a service down, or brings them back; its first node is none.</summary>
    /// <param name="project">The project.</param>
    /// <param name="service">The service.</param>
    /// <param name="down">Whether they are down.</param>
    /// <param name="node">The node's name; all of the standby nodes unless given.</param>
    /// <exception cref="ArgumentException">There is no such standby node.</exception>
    public void SetStandby(string project, string service, bool down, string? node = null) => Change(() =>
    {
        var found = Found(project, service);
        var standbys = found.Standbys.Select(n => n.Name).ToList();
        if (standbys.Count == 0) throw new ArgumentException($"'{service}' has no standby nodes");
        if (node is not null && !standbys.Contains(node))
            throw new ArgumentException($"'{service}' has no standby node '{node}', only {string.Join(", ", standbys)}");
        var state = down ? AivenNode.TimingOut : AivenNode.Running;
        _aiven.Model.Put(found with
        {
            Nodes = [.. found.Nodes.Select(n => standbys.Contains(n.Name) && (node is null || n.Name == node) ? n with { State = state } : n)],
        });
    });

    /// <summary>What a DNS server would answer for the names of a service.</summary>
    public IReadOnlyList<SimulatorName> Names(string project, string service) =>
        Read(() => NameAnswers.Of(_aiven.Model, Found(project, service)).ToList());

    /// <summary>What a DNS server would answer for a name; null for one that no service has.</summary>
    public SimulatorName? Resolve(string host) => Read(() => NameAnswers.Find(_aiven.Model, host));

    /// <summary>Turns the integration of a pair on or off; off, nothing is replicated.</summary>
    /// <exception cref="ArgumentException">The service is in no pair.</exception>
    public void SetIntegration(string project, string service, bool enabled) => Change(() =>
    {
        var pair = _aiven.Model.PairOf(Found(project, service).Key) ?? throw new ArgumentException($"'{service}' is in no pair");
        _aiven.Model.Put(_aiven.Model.FindIntegration(pair.IntegrationId)! with { Enabled = enabled });
    });

    /// <summary>Turns termination protection on or off.</summary>
    public void SetTerminationProtection(string project, string service, bool on) =>
        Change(() => _aiven.Model.Put(Found(project, service) with { TerminationProtection = on }));

    private static string NodeName(AivenService service, int index) =>
        index < service.Nodes.Count ? service.Nodes[index].Name : service.Key.Service + "-" + (service.NextNode + index);

    private AivenService Found(string project, string service) =>
        _aiven.Model.Find(new ServiceKey(project, service))
        ?? throw new ArgumentException($"there is no service '{service}' in project '{project}'");
}
