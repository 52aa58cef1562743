using System.Management.Automation.Language;

namespace CrdrTools.PowerShell.Common;

/// <summary>What only PowerShell's own parser can tell of a playbook: whether it can be run, and whether the commands and parameters in it exist. Nothing of it is run.</summary>
internal sealed class PlaybookScript
{
    private readonly CrdrPlaybook _playbook;
    private readonly ScriptBlockAst _script;
    private readonly ParseError[] _errors;

    public PlaybookScript(CrdrPlaybook playbook)
    {
        _playbook = playbook;
        _script = Parser.ParseFile(playbook.Path, out _, out _errors);
    }

    /// <summary>The names of its parameters.</summary>
    public IReadOnlyList<string> Parameters => [.. (_script.ParamBlock?.Parameters ?? Enumerable.Empty<ParameterAst>()).Select(p => p.Name.VariablePath.UserPath)];

    /// <summary>Whether it can be asked what it would do.</summary>
    public bool SupportsWhatIf => _script.ParamBlock?.Attributes.OfType<AttributeAst>().Any(a => a.TypeName.Name.Equals("CmdletBinding", StringComparison.OrdinalIgnoreCase)
        && a.NamedArguments.Any(n => n.ArgumentName.Equals("SupportsShouldProcess", StringComparison.OrdinalIgnoreCase) && (n.ExpressionOmitted || n.Argument.Extent.Text.Equals("$true", StringComparison.OrdinalIgnoreCase)))) == true;

    /// <summary>All that is wrong, in the order of its lines.</summary>
    public IEnumerable<CrdrPlaybookFinding> Findings(CommandInvocationIntrinsics session)
    {
        foreach (ParseError error in _errors) yield return Found(FindingSeverity.Error, "ScriptInvalid", error.Extent, error.Message);
        if (_errors.Length > 0) yield break;
        if (_playbook.Kind == CrdrPlaybookKind.Playbook && !Parameters.Contains("Pair", StringComparer.OrdinalIgnoreCase))
            yield return Found(FindingSeverity.Error, "PairParameterMissing", null, "It has no parameter Pair, by which it would be told the pair.");
        if (_playbook.Kind == CrdrPlaybookKind.Playbook && !SupportsWhatIf)
            yield return Found(FindingSeverity.Warning, "WhatIfMissing", null, "It cannot be asked what it would do: its param block has no [CmdletBinding(SupportsShouldProcess)].");
        HashSet<string> own = new(_script.FindAll(a => a is FunctionDefinitionAst, true).Cast<FunctionDefinitionAst>().Select(f => f.Name), StringComparer.OrdinalIgnoreCase);
        foreach (CommandAst call in _script.FindAll(a => a is CommandAst, true).Cast<CommandAst>())
        {
            if (call.GetCommandName() is not { Length: > 0 } name || own.Contains(name)) continue;
            CommandInfo? command = session.GetCommand(name, CommandTypes.All);
            if (command is AliasInfo alias) command = alias.ResolvedCommand;
            if (command is null)
            {
                // What is only there where it runs cannot be looked at here.
                if (!_playbook.NeedsCommands.Contains(name, StringComparer.OrdinalIgnoreCase)) yield return Found(FindingSeverity.Error, "CommandNotFound", call.Extent, $"There is no command {name}.");
                continue;
            }
            if (command.CommandType is not (CommandTypes.Cmdlet or CommandTypes.Function or CommandTypes.Filter or CommandTypes.ExternalScript)) continue;
            foreach ((string parameter, IScriptExtent at) in Given(call))
                if (Complaint(command, parameter) is { } complaint) yield return Found(FindingSeverity.Error, "ParameterNotFound", at, complaint);
        }
    }

    /// <summary>The parameters of a call by name: those that are typed, and the keys of a table that is splatted.</summary>
    private IEnumerable<(string Name, IScriptExtent At)> Given(CommandAst call)
    {
        foreach (CommandElementAst element in call.CommandElements)
        {
            if (element is CommandParameterAst typed) yield return (typed.ParameterName, typed.Extent);
            if (element is not VariableExpressionAst { Splatted: true } splat) continue;
            foreach ((string Name, IScriptExtent At) key in Keys(splat.VariablePath.UserPath)) yield return key;
        }
    }

    /// <summary>The keys that the script itself puts into a table.</summary>
    private IEnumerable<(string Name, IScriptExtent At)> Keys(string variable)
    {
        foreach (AssignmentStatementAst set in _script.FindAll(a => a is AssignmentStatementAst, true).Cast<AssignmentStatementAst>())
        {
            if (set.Left is MemberExpressionAst { Expression: VariableExpressionAst of, Member: StringConstantExpressionAst member } && Is(of)) yield return (member.Value, member.Extent);
            if (set.Left is IndexExpressionAst { Target: VariableExpressionAst indexed, Index: StringConstantExpressionAst index } && Is(indexed)) yield return (index.Value, index.Extent);
            if (set.Left is not VariableExpressionAst whole || !Is(whole) || set.Right.Find(a => a is HashtableAst, false) is not HashtableAst table) continue;
            foreach (StringConstantExpressionAst key in table.KeyValuePairs.Select(p => p.Item1).OfType<StringConstantExpressionAst>()) yield return (key.Value, key.Extent);
        }

        bool Is(VariableExpressionAst of) => of.VariablePath.UserPath.Equals(variable, StringComparison.OrdinalIgnoreCase);
    }

    private static string? Complaint(CommandInfo command, string given)
    {
        List<string> known;
        try
        {
            known = [.. command.Parameters.Values.SelectMany(p => p.Aliases.Append(p.Name))];
        }
        catch (RuntimeException)
        {
            // A script that cannot be read itself is another one's finding.
            return null;
        }
        if (known.Contains(given, StringComparer.OrdinalIgnoreCase)) return null;
        List<string> begun = [.. command.Parameters.Values.Where(p => p.Aliases.Append(p.Name).Any(n => n.StartsWith(given, StringComparison.OrdinalIgnoreCase))).Select(p => p.Name)];
        return begun.Count switch
        {
            0 => $"{command.Name} has no parameter -{given}.",
            1 => null,
            _ => $"-{given} of {command.Name} may be any of -{string.Join(", -", begun)}.",
        };
    }

    private CrdrPlaybookFinding Found(FindingSeverity severity, string id, IScriptExtent? at, string message) =>
        new() { Playbook = _playbook.Name, Severity = severity, Id = id, Message = message, Path = _playbook.Path, Line = at?.StartLineNumber };
}
