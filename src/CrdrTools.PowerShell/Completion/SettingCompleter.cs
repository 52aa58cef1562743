using System.Collections;
using System.Management.Automation.Language;

namespace CrdrTools.PowerShell.Completion;

/// <summary>Completes the settings of a provider as a table to be filled in. Never calls out.</summary>
public sealed class SettingCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            string start = wordToComplete.TrimStart('@', '{', ' ');
            return [.. Core.Providers.ProviderRegistry.Get(Keys.Text(fakeBoundParameters, "Provider") ?? "Aiven").Settings
                .Where(s => s.Key.StartsWith(start, StringComparison.OrdinalIgnoreCase))
                .Select(s => new CompletionResult($"@{{ {s.Key} = '' }}", s.Key, CompletionResultType.ParameterValue, s.Value))];
        }
        catch (CrdrException)
        {
            return [];
        }
    }
}
