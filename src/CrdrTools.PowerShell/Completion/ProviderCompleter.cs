using System.Collections;
using System.Management.Automation.Language;

namespace CrdrTools.PowerShell.Completion;

/// <summary>Completes the kinds of providers.</summary>
public sealed class ProviderCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        [.. Core.Providers.ProviderRegistry.All.Select(p => p.Kind).Where(k => k.StartsWith(wordToComplete, StringComparison.OrdinalIgnoreCase)).Select(k => new CompletionResult(k))];
}
