using System.Reflection;

namespace CrdrTools.Tests.Conventions;

/// <summary>Where things are.</summary>
internal static class Repository
{
    public static string Root { get; } = Metadata("RepositoryRoot");

    public static string Packages { get; } = Metadata("PackageRoot");

    public static string Module { get; } = Path.Combine(Root, "module");

    public static string Binaries(string framework) => Path.Combine(Module, "bin", framework);

    /// <summary>PowerShell as cmdlets are compiled against it: types without bodies.</summary>
    public static string PowerShellReference { get; } = Directory.GetFiles(Path.Combine(Packages, "powershellstandard.library"), "System.Management.Automation.dll", SearchOption.AllDirectories)
        .Single(f => f.Contains("netstandard2.0", StringComparison.Ordinal));

    private static string Metadata(string key) => Path.GetFullPath(typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!);
}
