using System.Collections;
using System.Management.Automation.Language;

namespace CrdrTools.PowerShell.Completion;

/// <summary>Completes the names of the members of the pairs that the line names. Never calls out.</summary>
public sealed class MemberNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            return [.. PairsTyped.Complete(wordToComplete, PairsTyped.Find(fakeBoundParameters).SelectMany(p => new[] { (p.Primary.Name, $"{p.Name}: Primary"), (p.Recovery.Name, $"{p.Name}: Recovery") }))];
        }
        catch (Exception e) when (e is CrdrException or IOException or UnauthorizedAccessException or RuntimeException)
        {
            return [];
        }
    }
}
