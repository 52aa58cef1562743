using System.Collections;
using System.Management.Automation.Language;

namespace CrdrTools.PowerShell.Completion;

/// <summary>Completes the names of playbooks out of their folders. Never calls out.</summary>
public sealed class PlaybookNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            string start = wordToComplete.Trim('\'', '"');
            using Engine engine = new(Paths.Full(Keys.Text(fakeBoundParameters, "StatePath")), null);
            string[] folders = [.. (Keys.Texts(Keys.Get(fakeBoundParameters, "Folder")) ?? []).Select(f => Paths.Full(f)).OfType<string>()];
            return [.. engine.Playbooks(folders, _ => { }).Where(p => p.Name.StartsWith(start, StringComparison.OrdinalIgnoreCase))
                .Select(p => new CompletionResult(p.Name, p.Name, CompletionResultType.ParameterValue, p.Title))];
        }
        catch (Exception e) when (e is CrdrException or IOException or UnauthorizedAccessException or RuntimeException)
        {
            return [];
        }
    }
}
