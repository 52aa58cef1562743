using System.Collections;
using System.Management.Automation.Language;

namespace CrdrTools.PowerShell.Completion;

/// <summary>Completes the names of the routes of the pairs that the line names. Never calls out.</summary>
public sealed class RouteNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            return [.. PairsTyped.Complete(wordToComplete, PairsTyped.Find(fakeBoundParameters).SelectMany(p => p.Routes.Select(r => (r.Name, $"{p.Name}: {r.Type}"))))];
        }
        catch (Exception e) when (e is CrdrException or IOException or UnauthorizedAccessException or RuntimeException)
        {
            return [];
        }
    }
}
