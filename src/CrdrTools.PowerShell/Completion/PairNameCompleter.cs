using System.Collections;
using System.Management.Automation.Language;

namespace CrdrTools.PowerShell.Completion;

/// <summary>Completes pair names out of the pair file. Never calls out.</summary>
public sealed class PairNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            return [.. Complete(wordToComplete, Paths.Full(Keys.Text(fakeBoundParameters, "PairFile")))];
        }
        catch (Exception e) when (e is CrdrException or IOException or UnauthorizedAccessException or RuntimeException)
        {
            return [];
        }
    }

    private static IEnumerable<CompletionResult> Complete(string word, string? file)
    {
        string start = word.Trim('\'', '"');
        return new Core.Pairs.PairFile(file ?? Core.Pairs.PairFile.DefaultPath).Read()
            .Where(p => p.Name.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            .OrderBy(p => p.Name, StringComparer.OrdinalIgnoreCase)
            .Select(p => new CompletionResult(p.Name, p.Name, CompletionResultType.ParameterValue, $"{p.Provider}: {p.Primary.Name} / {p.Recovery.Name}"));
    }
}
