using System.Reflection;
using System.Text.RegularExpressions;

namespace CrdrTools.Tests.Conventions;

/// <summary>The built CrdrTools.dll, read without running any of it.</summary>
public sealed class ModuleAssembly : IDisposable
{
    private readonly MetadataLoadContext _context;

    public ModuleAssembly()
    {
        string folder = Repository.Binaries("net8.0");
        IEnumerable<string> files = Directory.GetFiles(folder, "*.dll", SearchOption.AllDirectories)
            .Append(Repository.PowerShellReference)
            .Concat(Directory.GetFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "*.dll"));
        _context = new MetadataLoadContext(new PathAssemblyResolver(files));
        Assembly = _context.LoadFromAssemblyPath(Path.Combine(folder, "CrdrTools.dll"));
        PowerShell = _context.LoadFromAssemblyPath(Repository.PowerShellReference);
        Cmdlets = [.. Assembly.GetExportedTypes().Where(t => !t.IsAbstract && Attribute(t, "CmdletAttribute") is not null).Select(t => new CmdletType(t))];
    }

    public Assembly Assembly { get; }

    public Assembly PowerShell { get; }

    public IReadOnlyList<CmdletType> Cmdlets { get; }

    /// <summary>The cmdlets that the manifest exports.</summary>
    public static IReadOnlyList<string> Exports { get; } = Listed("CmdletsToExport");

    /// <summary>The aliases that the manifest exports.</summary>
    public static IReadOnlyList<string> ExportedAliases { get; } = Listed("AliasesToExport");

    public static CustomAttributeData? Attribute(MemberInfo member, string name) => member.GetCustomAttributesData().FirstOrDefault(a => a.AttributeType.Name == name);

    public void Dispose() => _context.Dispose();

    private static IReadOnlyList<string> Listed(string key) =>
        [.. Regex.Matches(Regex.Match(File.ReadAllText(Path.Combine(Repository.Root, "CrdrTools.psd1")), key + @"\s*=\s*@\((.*?)\)", RegexOptions.Singleline).Groups[1].Value, "'([^']+)'").Select(m => m.Groups[1].Value)];
}

/// <summary>One cmdlet, as reflection sees it.</summary>
public sealed class CmdletType
{
    private readonly CustomAttributeData _cmdlet;

    public CmdletType(Type type)
    {
        Type = type;
        _cmdlet = ModuleAssembly.Attribute(type, "CmdletAttribute")!;
        Verb = (string)_cmdlet.ConstructorArguments[0].Value!;
        Noun = (string)_cmdlet.ConstructorArguments[1].Value!;
        Parameters = [.. type.GetProperties().Where(p => ModuleAssembly.Attribute(p, "ParameterAttribute") is not null)];
    }

    public Type Type { get; }

    public string Verb { get; }

    public string Noun { get; }

    public string Name => $"{Verb}-{Noun}";

    public IReadOnlyList<PropertyInfo> Parameters { get; }

    /// <summary>Other names of the cmdlet.</summary>
    public IReadOnlyList<string> Aliases =>
        [.. (ModuleAssembly.Attribute(Type, "AliasAttribute")?.ConstructorArguments.Single().Value as IEnumerable<CustomAttributeTypedArgument> ?? []).Select(a => (string)a.Value!)];

    public bool SupportsShouldProcess => Named("SupportsShouldProcess") is true;

    /// <summary>1 low, 2 medium, 3 high; <see langword="null"/> when it is not said.</summary>
    public int? ConfirmImpact => (int?)Named("ConfirmImpact");

    public bool Inherits(string name)
    {
        for (Type? t = Type; t is not null; t = t.BaseType)
            if (t.Name == name) return true;
        return false;
    }

    public override string ToString() => Name;

    private object? Named(string name) => _cmdlet.NamedArguments.Where(a => a.MemberName == name).Select(a => a.TypedValue.Value).FirstOrDefault();
}
