using System.Collections;

namespace CrdrTools.PowerShell.Common;

/// <summary>The parameters that describe a pair.</summary>
public abstract class PairDraftCmdlet : SecretCmdlet
{
    /// <summary>The parameter set that describes a pair by its parts.</summary>
    protected const string ByParts = "Parts";

    /// <summary>The provider.</summary>
    [Parameter(ParameterSetName = ByParts, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    public string Provider { get; set; } = "Aiven";

    /// <summary>The project that both services are in.</summary>
    [Parameter(ParameterSetName = ByParts, Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string Project { get; set; } = "";

    /// <summary>The service in the home region.</summary>
    [Parameter(ParameterSetName = ByParts, Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    public string Primary { get; set; } = "";

    /// <summary>The service in the other region; found at the vendor unless given.</summary>
    [Parameter(ParameterSetName = ByParts, Position = 2, ValueFromPipelineByPropertyName = true)]
    public string? Recovery { get; set; }

    /// <summary>The name the pair goes by here; the primary's unless given.</summary>
    [Parameter(ParameterSetName = ByParts, ValueFromPipelineByPropertyName = true)]
    public string? Name { get; set; }

    /// <summary>The vendor's API; its own address unless given.</summary>
    [Parameter(ParameterSetName = ByParts, ValueFromPipelineByPropertyName = true)]
    public Uri? Endpoint { get; set; }

    /// <summary>Where the token is found: env:NAME or secret:[vault/]name. Never the token itself.</summary>
    [Parameter(ParameterSetName = ByParts, ValueFromPipelineByPropertyName = true)]
    public string? Secret { get; set; }

    /// <summary>Recovery time objective.</summary>
    [Parameter(ParameterSetName = ByParts, ValueFromPipelineByPropertyName = true)]
    [SpanArgument]
    public TimeSpan? Rto { get; set; }

    /// <summary>Recovery point objective: how much of the newest data may be lost.</summary>
    [Parameter(ParameterSetName = ByParts, ValueFromPipelineByPropertyName = true)]
    [SpanArgument]
    public TimeSpan? Rpo { get; set; }

    /// <summary>What an unplanned failover does when the loss cannot be bounded.</summary>
    [Parameter(ParameterSetName = ByParts, ValueFromPipelineByPropertyName = true)]
    public UnknownLag UnknownLag { get; set; }

    /// <summary>The least time between two promotions; five minutes unless given.</summary>
    [Parameter(ParameterSetName = ByParts, ValueFromPipelineByPropertyName = true)]
    [SpanArgument]
    public TimeSpan? QuietTime { get; set; }

    /// <summary>Where clients are sent: hashtables with Name, Type and what the type needs.</summary>
    [Parameter(ParameterSetName = ByParts)]
    public Hashtable[]? Route { get; set; }

    /// <summary>Whom to call; printed on the offline card.</summary>
    [Parameter(ParameterSetName = ByParts, ValueFromPipelineByPropertyName = true)]
    public string[]? Contact { get; set; }

    /// <summary>More settings of the provider, by name.</summary>
    [Parameter(ParameterSetName = ByParts)]
    public Hashtable? Setting { get; set; }

    /// <summary>The pair as it was described. Throws <see cref="CrdrException"/>.</summary>
    private protected CrdrPair Describe()
    {
        Hashtable settings = new(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in Setting ?? []) settings[entry.Key] = entry.Value;
        settings["Project"] = Project;
        if (Endpoint is not null) settings["Endpoint"] = Endpoint.ToString();
        return new CrdrPair
        {
            Name = Name ?? Primary,
            Provider = Provider,
            Primary = new() { Name = Primary },
            Recovery = new() { Name = Recovery ?? "" },
            Settings = PairDescription.Settings(new Hashtable { ["Settings"] = settings }, Engine.SettingNames(Provider)),
            Secret = Secret,
            Objectives = new() { Rto = Rto, Rpo = Rpo },
            UnknownLag = UnknownLag,
            QuietTime = QuietTime ?? TimeSpan.FromMinutes(5),
            Routes = PairDescription.Routes(Route),
            Contacts = Contact ?? [],
        };
    }
}
