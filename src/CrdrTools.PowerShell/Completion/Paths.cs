using System.Management.Automation.Runspaces;

namespace CrdrTools.PowerShell.Completion;

/// <summary>Paths as they were typed so far, while a line is completed.</summary>
internal static class Paths
{
    /// <summary>The whole path, from where the prompt stands.</summary>
    public static string? Full(string? typed)
    {
        string? path = typed?.Trim('\'', '"');
        return string.IsNullOrEmpty(path) ? null
            : Runspace.DefaultRunspace?.SessionStateProxy.Path.GetUnresolvedProviderPathFromPSPath(path) ?? path;
    }
}
