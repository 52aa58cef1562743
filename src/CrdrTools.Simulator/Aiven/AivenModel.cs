using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator.Aiven;

/// <summary>
/// What exists: projects, services, integrations, pairs, and the changes under way. It stores; what changes when is decided elsewhere.
/// </summary>
internal sealed class AivenModel
{
    private readonly SortedDictionary<string, SortedDictionary<string, AivenService>> _projects = new(StringComparer.Ordinal);
    private readonly Dictionary<ServiceKey, AivenService> _before = [];
    private readonly Dictionary<string, AivenIntegration> _integrations = [];
    private readonly Dictionary<ServiceKey, List<string>> _integrationsOf = [];
    private readonly Dictionary<ServiceKey, AivenPair> _pairs = [];

    public AivenModel(Stage stage)
    {
        Stage = stage;
        Topology = new AivenTopology(this);
        Data = new DataPlane(Topology, stage);
        HaReplica = new HaReplicaNames(this);
    }

    public Stage Stage { get; }
    public AivenTopology Topology { get; }
    public DataPlane Data { get; }
    public HaReplicaNames HaReplica { get; }

    /// <summary>Changes under way, by the service they are about.</summary>
    public Dictionary<ServiceKey, Transition> Transitions { get; } = [];

    /// <summary>Pairs whose replication or URI changes at a later time.</summary>
    public List<AivenAlarm> Alarms { get; } = [];

    public long Version { get; private set; }

    public IEnumerable<string> Projects => _projects.Keys;

    public IEnumerable<AivenService> All => _projects.Values.SelectMany(p => p.Values);

    public IEnumerable<AivenPair> Pairs =>
        All.Where(s => PairOf(s.Key)?.Primary == s.Key).Select(s => _pairs[s.Key]);

    public void AddProject(string project)
    {
        if (!_projects.ContainsKey(project)) _projects[project] = new(StringComparer.Ordinal);
    }

    /// <summary>The services of a project by name; null when there is no such project.</summary>
    public IReadOnlyCollection<AivenService>? ServicesOf(string project) =>
        _projects.TryGetValue(project, out var services) ? services.Values : null;

    public AivenService? Find(ServiceKey key) =>
        _projects.TryGetValue(key.Project, out var services) && services.TryGetValue(key.Service, out var service) ? service : null;

    /// <summary>The service as it was before its last change.</summary>
    public AivenService Before(AivenService service) => _before.TryGetValue(service.Key, out var before) ? before : service;

    public void Put(AivenService service)
    {
        AddProject(service.Key.Project);
        if (Find(service.Key) is { } old)
        {
            if (old == service) return;
            _before[service.Key] = old;
        }
        _projects[service.Key.Project][service.Key.Service] = service with { UpdateTime = Stage.Now };
        Version++;
    }

    /// <summary>Takes a service and everything about it out; its data is gone.</summary>
    public void Remove(ServiceKey key)
    {
        foreach (var integration in IntegrationsOf(key).ToList()) Remove(integration);
        _projects[key.Project].Remove(key.Service);
        _before.Remove(key);
        Transitions.Remove(key);
        HaReplica.Remove(key);
        Data.Clear(key);
        Version++;
    }

    public AivenPair? PairOf(ServiceKey key) => _pairs.TryGetValue(key, out var pair) ? pair : null;

    public void Put(AivenPair pair)
    {
        _pairs[pair.Primary] = pair;
        _pairs[pair.Recovery] = pair;
    }

    public IEnumerable<AivenIntegration> IntegrationsOf(ServiceKey key) =>
        _integrationsOf.TryGetValue(key, out var ids) ? ids.Select(id => _integrations[id]) : [];

    public AivenIntegration? FindIntegration(string id) => _integrations.TryGetValue(id, out var found) ? found : null;

    public void Put(AivenIntegration integration)
    {
        var known = _integrations.ContainsKey(integration.Id);
        _integrations[integration.Id] = integration;
        Version++;
        if (known) return;
        Link(integration.Source, integration.Id);
        Link(integration.Dest, integration.Id);
    }

    /// <summary>Takes an integration out; a pair it made is none any more.</summary>
    public void Remove(AivenIntegration integration)
    {
        _integrations.Remove(integration.Id);
        _integrationsOf[integration.Source].Remove(integration.Id);
        _integrationsOf[integration.Dest].Remove(integration.Id);
        Version++;
        if (PairOf(integration.Source) is not { } pair || pair.IntegrationId != integration.Id) return;
        _pairs.Remove(pair.Primary);
        _pairs.Remove(pair.Recovery);
        Alarms.RemoveAll(a => a.Primary == pair.Primary);
        foreach (var member in new[] { pair.Primary, pair.Recovery })
        {
            if (Find(member) is { } service) Put(service with { Role = null });
        }
    }

    /// <summary>The takeover the pair is in, if any.</summary>
    public Transition? TakeoverOf(AivenPair pair) => Under(pair.Primary) ?? Under(pair.Recovery);

    /// <summary>Whether a change of this service is under way.</summary>
    public bool Busy(ServiceKey key) =>
        Transitions.ContainsKey(key) || (PairOf(key) is { } pair && TakeoverOf(pair) is not null);

    /// <summary>Whether the region of the service is out.</summary>
    public bool RegionDown(AivenService service) => Stage.Regions.IsDown(service.Region);

    private Transition? Under(ServiceKey key) =>
        Transitions.TryGetValue(key, out var t) && t.Kind == TransitionKind.Takeover ? t : null;

    private void Link(ServiceKey key, string id)
    {
        if (!_integrationsOf.TryGetValue(key, out var ids)) ids = _integrationsOf[key] = [];
        ids.Add(id);
    }
}
