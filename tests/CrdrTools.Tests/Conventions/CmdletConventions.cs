using System.Reflection;

namespace CrdrTools.Tests.Conventions;

/// <summary>What every cmdlet has to be like, by reflection over the built assembly.</summary>
public sealed class CmdletConventions(ModuleAssembly module) : IClassFixture<ModuleAssembly>
{
    /// <summary>These look, wait, or describe in memory; all others change something.</summary>
    private static readonly string[] s_changeNothing = ["Get", "Test", "Wait", "Watch", "New-CrdrPair"];

    [Fact]
    public void Every_cmdlet_is_exported_and_every_export_is_a_cmdlet() =>
        Assert.Equal(module.Cmdlets.Select(c => c.Name).Order(), ModuleAssembly.Exports.Order());

    [Fact]
    public void Every_alias_is_exported_and_every_exported_alias_is_one() =>
        Assert.Equal(module.Cmdlets.SelectMany(c => c.Aliases).Order(), ModuleAssembly.ExportedAliases.Order());

    [Fact]
    public void Verbs_are_approved()
    {
        HashSet<string> approved = [.. module.PowerShell.GetExportedTypes().Where(t => t.Name.StartsWith("Verbs", StringComparison.Ordinal))
            .SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static)).Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!)];
        Assert.True(approved.Count > 80);
        Assert.All(module.Cmdlets, c => Assert.Contains(c.Verb, approved));
    }

    [Fact]
    public void Nouns_are_singular_and_bear_the_prefix() => Assert.All(module.Cmdlets, c =>
    {
        // One cmdlet has the name it was asked for by; an alias gives it the prefix.
        Assert.True(c.Noun.StartsWith("Crdr", StringComparison.Ordinal) || c.Aliases.Contains($"{c.Verb}-Crdr{c.Noun}"), c.Name);
        Assert.True(!c.Noun.EndsWith('s') || c.Noun.EndsWith("ss", StringComparison.Ordinal) || c.Noun.EndsWith("Status", StringComparison.Ordinal) || c.Noun.EndsWith("Dns", StringComparison.Ordinal), c.Noun);
    });

    [Fact]
    public void Classes_are_sealed_and_named_after_the_cmdlet_one_file_each() => Assert.All(module.Cmdlets, c =>
    {
        Assert.True(c.Type.IsSealed, c.Name);
        Assert.Equal($"{c.Verb}{c.Noun}Command", c.Type.Name);
        Assert.Equal("CrdrTools.PowerShell.Commands", c.Type.Namespace);
        Assert.True(File.Exists(Path.Combine(Repository.Root, "src", "CrdrTools.PowerShell", "Commands", $"{c.Type.Name}.cs")), c.Name);
    });

    [Fact]
    public void Output_types_are_told() => Assert.All(module.Cmdlets, c => Assert.NotNull(ModuleAssembly.Attribute(c.Type, "OutputTypeAttribute")));

    [Fact]
    public void What_changes_something_asks_and_says_how_grave_it_is() => Assert.All(module.Cmdlets, c =>
    {
        // Who watches a pair may be told to fail it over.
        bool changes = c.Name == "Watch-CrdrPair" || (!s_changeNothing.Contains(c.Verb) && !s_changeNothing.Contains(c.Name));
        Assert.True(c.SupportsShouldProcess == changes, c.Name);
        if (changes) Assert.True(c.ConfirmImpact is not null, c.Name);
    });

    [Fact]
    public void What_puts_service_or_data_at_stake_is_of_high_impact_and_has_force()
    {
        List<CmdletType> grave = [.. module.Cmdlets.Where(c => c.Inherits("ChangingCmdlet"))];
        Assert.Equal(
        [
            "Complete-CrdrStream", "Invoke-CrdrFailover", "Invoke-CrdrSwitchover", "New-CrdrRecovery", "New-CrdrStream", "New-FailbackStream",
            "Repair-CrdrPair", "Restart-CrdrStep", "Restore-CrdrPrimary", "Resume-CrdrOperation", "Skip-CrdrStep", "Stop-CrdrOperation", "Stop-CrdrStream", "Suspend-CrdrOperation", "Switch-CrdrRoute",
        ], grave.Select(c => c.Name).Order());
        Assert.All(grave, c => Assert.Equal(3, c.ConfirmImpact));
        // Whatever PowerShell asks about by itself can also be told not to ask.
        Assert.All(module.Cmdlets.Where(c => c.ConfirmImpact == 3), c => Assert.Contains("Force", c.Parameters.Select(p => p.Name)));
    }

    [Fact]
    public void Verbs_on_pairs_share_their_parameters() => Assert.All(module.Cmdlets.Where(c => c.Inherits("PairChangingCmdlet")), c =>
    {
        foreach (string name in new[] { "Pair", "Force", "Reason", "ChangeReference", "Timeout", "ThrottleLimit", "OperationId", "Token", "StatePath", "PairFile" })
            Assert.Contains(name, c.Parameters.Select(p => p.Name));
        // What obeys while it is asked cannot be left early.
        Assert.Equal(c.Name != "Switch-CrdrRoute", c.Parameters.Any(p => p.Name == "NoWait"));
        Assert.Equal(c.Inherits("MovingCmdlet"), c.Parameters.Any(p => p.Name == "NoRoute"));
    });

    [Fact]
    public void Every_override_a_guard_names_is_a_parameter_of_the_verbs_it_blocks()
    {
        (CrdrVerb Verb, string Cmdlet)[] all =
        [
            (CrdrVerb.Failover, "Invoke-CrdrFailover"), (CrdrVerb.Switchover, "Invoke-CrdrSwitchover"), (CrdrVerb.Restore, "Restore-CrdrPrimary"), (CrdrVerb.Setup, "New-CrdrRecovery"),
            (CrdrVerb.Switchover, "Complete-CrdrStream"), (CrdrVerb.Setup, "New-CrdrStream"), (CrdrVerb.Restore, "New-FailbackStream"), (CrdrVerb.StopReplication, "Stop-CrdrStream"),
            (CrdrVerb.SwitchRoute, "Switch-CrdrRoute"), (CrdrVerb.Repair, "Repair-CrdrPair"),
        ];
        Assert.Equal(Enum.GetValues<CrdrVerb>().Order(), all.Select(a => a.Verb).Distinct().Order());
        Assert.Equal(module.Cmdlets.Where(c => c.Inherits("PairChangingCmdlet")).Select(c => c.Name).Order(), all.Select(a => a.Cmdlet).Order());
        foreach ((CrdrVerb verb, string cmdlet) in all)
        {
            IEnumerable<string> parameters = module.Cmdlets.Single(c => c.Name == cmdlet).Parameters.Select(p => "-" + p.Name);
            foreach (Type type in typeof(Core.Operations.Guard).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Core.Operations.Guard)) && !t.IsAbstract))
            {
                Core.Operations.Guard guard = (Core.Operations.Guard)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type);
                if (guard.Override is not { } way || Core.Operations.GuardTable.Stance(guard.Name, verb) != Core.Operations.GuardStance.Block) continue;
                // It moves no writes, no more than a setup does: what a setup never judges is not judged there either.
                if (cmdlet == "New-FailbackStream" && Core.Operations.GuardTable.Stance(guard.Name, CrdrVerb.Setup) == Core.Operations.GuardStance.Off) continue;
                Assert.Contains(way.Split(' ')[0], parameters);
            }
        }
    }

    [Fact]
    public void At_most_one_parameter_of_a_set_takes_the_pipeline_by_value() => Assert.All(module.Cmdlets, c =>
    {
        IEnumerable<IGrouping<string, string>> sets = c.Parameters.SelectMany(p => p.GetCustomAttributesData().Where(a => a.AttributeType.Name == "ParameterAttribute").Select(a => (p.Name, Attribute: a)))
            .Where(x => x.Attribute.NamedArguments.Any(n => n.MemberName == "ValueFromPipeline" && n.TypedValue.Value is true))
            .GroupBy(x => x.Attribute.NamedArguments.Where(n => n.MemberName == "ParameterSetName").Select(n => (string)n.TypedValue.Value!).FirstOrDefault() ?? "", x => x.Name);
        Assert.All(sets, s => Assert.Single(s));
    });

    [Fact]
    public void A_parameter_means_the_same_wherever_it_occurs()
    {
        // Get- may leave out what the others require, and a register takes one description at a time.
        IEnumerable<IGrouping<string, string>> types = module.Cmdlets.SelectMany(c => c.Parameters).Where(p => p.Name != "InputObject").GroupBy(p => p.Name, p => Plain(p.PropertyType));
        Assert.All(types, t => Assert.True(t.Distinct().Count() == 1, $"{t.Key}: {string.Join(", ", t.Distinct())}"));

        static string Plain(Type type) => type.IsArray ? Plain(type.GetElementType()!) : type.IsGenericType && type.Name.StartsWith("Nullable", StringComparison.Ordinal) ? Plain(type.GenericTypeArguments[0]) : type.Name;
    }

    [Fact]
    public void Secrets_are_never_plain_strings_and_switches_never_booleans() => Assert.All(module.Cmdlets, c =>
    {
        foreach (PropertyInfo p in c.Parameters)
        {
            if (p.Name is "Token" or "Password" or "Credential") Assert.Equal("SecureString", p.PropertyType.Name);
            Assert.NotEqual("Boolean", p.PropertyType.Name);
        }
    });

    [Fact]
    public void Names_of_parameters_are_singular() => Assert.All(module.Cmdlets.SelectMany(c => c.Parameters), p =>
        Assert.True(!p.Name.EndsWith('s') || p.Name.EndsWith("Loss", StringComparison.Ordinal) || p.Name is "RebuildSeconds" or "DiscardWritesOn" or "ReplicaDns" or "Witness", p.Name));
}
