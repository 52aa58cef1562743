using System.Collections;

namespace CrdrTools.PowerShell.Common;

/// <summary>The parameters that describe a pair.</summary>
public abstract class PairDraftCmdlet : SecretCmdlet
{
    /// <summary>The parameter set of pairs within a project: both have to be named, and may be by position.</summary>
    protected const string ByProject = "Project";

    /// <summary>The parameter set of pairs that no project holds.</summary>
    protected const string ByMember = "Member";

    private bool _projectTyped;

    /// <summary>The provider.</summary>
    [Parameter(ParameterSetName = ByProject, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ByMember, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string Provider { get; set; } = "Aiven";

    /// <summary>Aiven: the project that both services are in.</summary>
    // Rows of a table have the column for all of their pairs.
    [Parameter(ParameterSetName = ByProject, Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string Project { get; set; } = "";

    /// <summary>The service or cluster in the home region, by its name or, where the vendor has them, its id.</summary>
    [Parameter(ParameterSetName = ByProject, Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ByMember, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string Primary { get; set; } = "";

    /// <summary>The one in the other region; found at the vendor unless given.</summary>
    [Parameter(ParameterSetName = ByProject, Position = 2, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ByMember, ValueFromPipelineByPropertyName = true)]
    public string? Recovery { get; set; }

    /// <summary>The name the pair goes by here; the primary's unless given.</summary>
    [Parameter(ParameterSetName = ByProject, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ByMember, ValueFromPipelineByPropertyName = true)]
    public string? Name { get; set; }

    /// <summary>The vendor's API; its own address unless given.</summary>
    [Parameter(ParameterSetName = ByProject, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ByMember, ValueFromPipelineByPropertyName = true)]
    public Uri? Endpoint { get; set; }

    /// <summary>Where the token is found: env:NAME or secret:[vault/]name. Never the token itself.</summary>
    [Parameter(ParameterSetName = ByProject, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ByMember, ValueFromPipelineByPropertyName = true)]
    public string? Secret { get; set; }

    /// <summary>Recovery time objective.</summary>
    [Parameter(ParameterSetName = ByProject, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ByMember, ValueFromPipelineByPropertyName = true)]
    [SpanArgument]
    public TimeSpan? Rto { get; set; }

    /// <summary>Recovery point objective: how much of the newest data may be lost.</summary>
    [Parameter(ParameterSetName = ByProject, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ByMember, ValueFromPipelineByPropertyName = true)]
    [SpanArgument]
    public TimeSpan? Rpo { get; set; }

    /// <summary>What an unplanned failover does when the loss cannot be bounded.</summary>
    [Parameter(ParameterSetName = ByProject, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ByMember, ValueFromPipelineByPropertyName = true)]
    public UnknownLag UnknownLag { get; set; }

    /// <summary>The least time between two promotions; five minutes unless given.</summary>
    [Parameter(ParameterSetName = ByProject, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ByMember, ValueFromPipelineByPropertyName = true)]
    [SpanArgument]
    public TimeSpan? QuietTime { get; set; }

    /// <summary>Where clients are sent: hashtables with Name, Type and what the type needs.</summary>
    [Parameter(ParameterSetName = ByProject)]
    [Parameter(ParameterSetName = ByMember)]
    public Hashtable[]? Route { get; set; }

    /// <summary>The read-only name of a pair of one's own servers: a hashtable with where it is published, and Standbys.</summary>
    [Parameter(ParameterSetName = ByProject)]
    [Parameter(ParameterSetName = ByMember)]
    public Hashtable? ReplicaDns { get; set; }

    /// <summary>Whom to call; printed on the offline card.</summary>
    [Parameter(ParameterSetName = ByProject, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = ByMember, ValueFromPipelineByPropertyName = true)]
    public string[]? Contact { get; set; }

    /// <summary>More settings of the provider, by name.</summary>
    [Parameter(ParameterSetName = ByProject)]
    [Parameter(ParameterSetName = ByMember)]
    [ArgumentCompleter(typeof(SettingCompleter))]
    public Hashtable? Setting { get; set; }

    /// <summary>The pair is for rehearsals: its regions may be disrupted on purpose.</summary>
    [Parameter(ParameterSetName = ByProject)]
    [Parameter(ParameterSetName = ByMember)]
    public SwitchParameter TestPair { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        _projectTyped = MyInvocation.BoundParameters.ContainsKey(nameof(Project));
    }

    /// <summary>The pair as it was described. Throws <see cref="CrdrException"/>.</summary>
    private protected CrdrPair Describe()
    {
        Hashtable settings = new(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in Setting ?? []) settings[entry.Key] = entry.Value;
        IReadOnlyCollection<string> known = Engine.SettingNames(Provider);
        if (TakesProject(known)) settings["Project"] = Project;
        if (TestPair) settings["TestPair"] = "true";
        if (Endpoint is not null) settings["Endpoint"] = Endpoint.ToString();
        return new CrdrPair
        {
            Name = Name ?? Primary,
            Provider = Engine.ProviderKind(Provider),
            Primary = new() { Name = Primary },
            Recovery = new() { Name = Recovery ?? "" },
            Settings = PairDescription.Settings(new Hashtable { ["Settings"] = settings }, known),
            Secret = Secret,
            Objectives = new() { Rto = Rto, Rpo = Rpo },
            UnknownLag = UnknownLag,
            QuietTime = QuietTime ?? TimeSpan.FromMinutes(5),
            Routes = PairDescription.Routes(Route),
            ReplicaDns = ReadEndpointDescription.Read(ReplicaDns),
            Contacts = Contact ?? [],
        };
    }

    /// <summary>A project that came with an object (a simulator has one) says nothing about a pair whose provider has none.</summary>
    private bool TakesProject(IReadOnlyCollection<string> known)
    {
        if (Project.Length == 0) return false;
        if (known.Contains("project", StringComparer.OrdinalIgnoreCase)) return true;
        return _projectTyped
            ? throw new CrdrException(CrdrErrorKind.InvalidInput, "ProjectNotOffered", $"{Provider} has no projects, and '{Project}' was given as one.",
                "Name its members: -Primary, and -Recovery where it cannot be found at the vendor.")
            : false;
    }
}
