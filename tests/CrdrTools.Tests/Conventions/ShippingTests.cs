using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.Loader;
using System.Text.RegularExpressions;

namespace CrdrTools.Tests.Conventions;

/// <summary>What ships, and that it can be loaded where it ships to.</summary>
public sealed class ShippingTests
{
    private static readonly string[] s_root = ["CrdrTools.Abstractions.dll", "CrdrTools.dll"];
    private static readonly string[] s_modern =
    [
        "CrdrTools.Core.dll", "CrdrTools.Simulator.dll", "Microsoft.Extensions.DependencyInjection.Abstractions.dll", "Microsoft.Extensions.Logging.Abstractions.dll",
        "Npgsql.dll", "Polly.Core.dll",
    ];

    [Fact]
    public void The_modern_folder_holds_exactly_what_is_named()
    {
        string folder = Repository.Binaries("net8.0");
        Assert.Equal(s_root, Names(folder));
        Assert.Equal(s_modern, Names(Path.Combine(folder, "deps")));
    }

    [Fact]
    public void Nothing_in_the_modern_folder_is_in_the_shared_framework_or_in_PowerShell()
    {
        HashSet<string> framework = [.. Names(Path.GetDirectoryName(typeof(object).Assembly.Location)!), "System.Management.Automation.dll"];
        Assert.True(framework.Count > 100);
        Assert.DoesNotContain(Directory.GetFiles(Repository.Binaries("net8.0"), "*.dll", SearchOption.AllDirectories).Select(Path.GetFileName), f => framework.Contains(f!));
    }

    [Fact]
    public void The_legacy_resolver_answers_for_exactly_what_ships_in_deps()
    {
        string source = File.ReadAllText(Path.Combine(Repository.Root, "src", "CrdrTools.PowerShell", "Loading", "DependencyResolver.cs"));
        IEnumerable<string> answered = Regex.Matches(Regex.Match(source, @"s_ours\b.*?\{(.*?)\};", RegexOptions.Singleline).Groups[1].Value, "\"([^\"]+)\"").Select(m => m.Groups[1].Value + ".dll");
        Assert.Equal(Names(Path.Combine(Repository.Binaries("net472"), "deps")), answered.Order(StringComparer.Ordinal));
        Assert.Equal(s_root, Names(Repository.Binaries("net472")));
    }

    [Fact]
    public void Every_reference_of_the_legacy_set_is_satisfied_by_what_ships_or_by_the_framework()
    {
        string folder = Repository.Binaries("net472");
        Dictionary<string, Version> ships = Directory.GetFiles(folder, "*.dll", SearchOption.AllDirectories).ToDictionary(f => Path.GetFileNameWithoutExtension(f), f => AssemblyName.GetAssemblyName(f).Version!);
        string reference = Path.Combine(Repository.Packages, "microsoft.netframework.referenceassemblies.net472", "1.0.3", "build", ".NETFramework", "v4.7.2");
        Dictionary<string, Version> framework = Directory.GetFiles(reference, "*.dll", SearchOption.AllDirectories)
            .Where(f => !f.Contains("PublicAssemblies", StringComparison.Ordinal)).GroupBy(Path.GetFileNameWithoutExtension)
            .Where(g => IsAssembly(g.First())).ToDictionary(g => g.Key!, g => AssemblyName.GetAssemblyName(g.First()).Version!);
        List<string> missing = [];
        foreach (string file in Directory.GetFiles(folder, "*.dll", SearchOption.AllDirectories))
        {
            foreach (AssemblyName wanted in References(file))
            {
                // Windows PowerShell brings itself.
                if (wanted.Name == "System.Management.Automation") continue;
                bool ours = ships.TryGetValue(wanted.Name!, out Version? shipped) && shipped >= wanted.Version;
                bool theirs = framework.TryGetValue(wanted.Name!, out Version? there) && there >= wanted.Version;
                if (!ours && !theirs) missing.Add($"{Path.GetFileName(file)} wants {wanted.Name} {wanted.Version}; {(shipped is null ? "it does not ship" : $"{shipped} ships")}");
            }
        }
        Assert.Empty(missing);
    }

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net472")]
    public void The_cmdlets_assembly_asks_for_nothing_but_PowerShell_ours_and_the_framework(string framework)
    {
        // The core's constructor takes a clock, so that its package is named (in a method body, when the resolver is there); no other.
        string[] ours = ["CrdrTools.Abstractions", "CrdrTools.Core", "CrdrTools.Simulator", "System.Management.Automation", "Microsoft.Bcl.TimeProvider"];
        Assert.All(References(Path.Combine(Repository.Binaries(framework), "CrdrTools.dll")), r =>
            Assert.True(ours.Contains(r.Name) || r.Name is "mscorlib" or "netstandard" or "System" or "System.Core" || r.Name!.StartsWith("System.", StringComparison.Ordinal), r.Name));
        Assert.DoesNotContain(References(Path.Combine(Repository.Binaries(framework), "CrdrTools.dll")), r => r.Name is "System.Text.Json" or "Polly.Core");
    }

    [Theory]
    [InlineData("net8.0")]
    [InlineData("net472")]
    public void Every_type_of_the_cmdlets_assembly_loads_before_the_core_can_be_found(string framework)
    {
        // PowerShell looks at all types of the assembly before it calls the initializer that makes the core findable.
        string folder = Repository.Binaries(framework);
        Assembly module = new Strict(folder).LoadFromAssemblyPath(Path.Combine(folder, "CrdrTools.dll"));
        Type[] types = module.GetTypes();
        Assert.True(types.Length > 40);
        foreach (Type type in types.Where(t => t.IsPublic))
        {
            _ = type.GetProperties().Select(p => p.PropertyType).ToList();
            _ = type.GetFields().Select(f => f.FieldType).ToList();
            _ = type.GetCustomAttributesData().Count;
        }
        // And it is true that the core could not be found: the one class that holds it shows that.
        Assert.ThrowsAny<Exception>(() => types.Single(t => t.Name == "Engine").GetFields(BindingFlags.Instance | BindingFlags.NonPublic).Select(f => f.FieldType).ToList());
    }

    [Fact]
    public void Paths_are_short_enough_for_Azure_Automation()
    {
        IEnumerable<string> files = Directory.GetFiles(Repository.Module, "*", SearchOption.AllDirectories).Select(f => Path.Combine("CrdrTools", "0.0.0-preview00", Path.GetRelativePath(Repository.Root, f)));
        Assert.All(files, f => Assert.True(f.Length < 140, f));
    }

    private static string[] Names(string folder) => [.. Directory.GetFiles(folder, "*.dll").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    private static bool IsAssembly(string file)
    {
        using PEReader pe = new(File.OpenRead(file));
        return pe.HasMetadata && pe.GetMetadataReader().IsAssembly;
    }

    private static List<AssemblyName> References(string file)
    {
        using PEReader pe = new(File.OpenRead(file));
        MetadataReader reader = pe.GetMetadataReader();
        return [.. reader.AssemblyReferences.Select(h => reader.GetAssemblyReference(h).GetAssemblyName())];
    }

    /// <summary>Finds PowerShell and the nouns, and nothing of the core.</summary>
    private sealed class Strict(string folder) : AssemblyLoadContext(isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName name) => name.Name switch
        {
            "System.Management.Automation" => LoadFromAssemblyPath(Repository.PowerShellReference),
            "CrdrTools.Abstractions" => LoadFromAssemblyPath(Path.Combine(folder, "CrdrTools.Abstractions.dll")),
            "CrdrTools.Core" or "CrdrTools.Simulator" => throw new NotSupportedException($"{name.Name} cannot be found yet."),
            _ => null,
        };
    }
}
