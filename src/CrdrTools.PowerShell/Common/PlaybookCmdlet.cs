namespace CrdrTools.PowerShell.Common;

/// <summary>The base of the cmdlets that deal with playbooks: where they are looked for.</summary>
public abstract class PlaybookCmdlet : CoreCmdlet
{
    /// <summary>Folders of your own with playbooks, before those that CRDR_PLAYBOOKS names and those that came with the module.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Folder { get; set; }

    /// <summary>The same, whole.</summary>
    private protected string[]? Folders { get; private set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Folders = Folder?.Select(GetUnresolvedProviderPathFromPSPath).ToArray();
    }

    /// <summary>A name as it is, a path made whole.</summary>
    private protected string Whole(string nameOrPath) =>
        nameOrPath.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase) || nameOrPath.IndexOfAny(['/', '\\']) >= 0 ? GetUnresolvedProviderPathFromPSPath(nameOrPath) : nameOrPath;
}
