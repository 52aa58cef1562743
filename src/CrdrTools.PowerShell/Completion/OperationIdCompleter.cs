using System.Collections;
using System.Management.Automation.Language;

namespace CrdrTools.PowerShell.Completion;

/// <summary>Completes the ids of operations on record, newest first. Never calls out.</summary>
public sealed class OperationIdCompleter : IArgumentCompleter
{
    private const int Most = 30;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            // Those that can be taken up, where only those make sense.
            bool open = commandName is not ("Get-CrdrOperation" or "New-CrdrReport");
            using Engine engine = new(Paths.Full(Keys.Text(fakeBoundParameters, "StatePath")), null);
            return [.. engine.Operations(null).Where(o => o.Id.StartsWith(wordToComplete.Trim('\'', '"'), StringComparison.OrdinalIgnoreCase))
                .Where(o => !open || engine.IsOpen(o)).Take(Most)
                .Select(o => new CompletionResult(o.Id, o.Id, CompletionResultType.ParameterValue, $"{o.Verb} of {o.Pair}: {o.Outcome?.ToString() ?? "open"}"))];
        }
        catch (Exception e) when (e is CrdrException or IOException or UnauthorizedAccessException or RuntimeException)
        {
            return [];
        }
    }
}
