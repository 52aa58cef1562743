namespace CrdrTools.PowerShell.Completion;

/// <summary>Paths as they were typed so far, while a line is completed.</summary>
internal static class Paths
{
    /// <summary>The whole path, from where the prompt stands.</summary>
    public static string? Full(string? typed)
    {
        string? path = typed?.Trim('\'', '"');
        // A completer has no session state of its own; the script block finds that of the prompt.
        return string.IsNullOrEmpty(path) ? null
            : ScriptBlock.Create("param($p) $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($p)").InvokeReturnAsIs(path)?.ToString();
    }
}
