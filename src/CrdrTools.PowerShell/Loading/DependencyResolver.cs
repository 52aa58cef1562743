#if NET
using System.Reflection;
using System.Runtime.Loader;

namespace CrdrTools.PowerShell.Loading;

/// <summary>
/// Answers for exactly two names, and keeps them with all they need in a load context of their own: no other module can meet our
/// dependencies, nor we theirs.
/// </summary>
internal static class DependencyResolver
{
    private static int s_users;

    private static readonly PrivateContext s_private = new(Path.Combine(Path.GetDirectoryName(typeof(DependencyResolver).Assembly.Location)!, "deps"));

    /// <summary>Each runspace of the process that imports the module attaches once; the last one that removes it detaches.</summary>
    public static void Attach()
    {
        if (Interlocked.Increment(ref s_users) == 1) AssemblyLoadContext.Default.Resolving += Resolve;
    }

    public static void Detach()
    {
        if (Interlocked.Decrement(ref s_users) == 0) AssemblyLoadContext.Default.Resolving -= Resolve;
    }

    private static Assembly? Resolve(AssemblyLoadContext asking, AssemblyName name) =>
        name.Name is "CrdrTools.Core" or "CrdrTools.Simulator" ? s_private.LoadFromAssemblyName(name) : null;

    private sealed class PrivateContext(string folder) : AssemblyLoadContext("CrdrTools", isCollectible: false)
    {
        protected override Assembly? Load(AssemblyName name)
        {
            if (name.Name == "CrdrTools.Abstractions") return typeof(CrdrPair).Assembly;
            string path = Path.Combine(folder, name.Name + ".dll");
            return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }
    }
}
#else
using System.Reflection;

namespace CrdrTools.PowerShell.Loading;

/// <summary>
/// Windows PowerShell has no load contexts and no binding redirects: answers for a fixed list of our own files, with the one that
/// ships whatever older version was asked for. Any other name is somebody else's.
/// </summary>
internal static class DependencyResolver
{
    private static int s_users;

    private static readonly string s_folder = Path.Combine(Path.GetDirectoryName(typeof(DependencyResolver).Assembly.Location)!, "deps");

    private static readonly HashSet<string> s_ours = new(StringComparer.OrdinalIgnoreCase)
    {
        "CrdrTools.Core", "CrdrTools.Simulator", "Polly.Core", "System.Text.Json", "System.Text.Encodings.Web", "System.Memory", "System.Buffers",
        "System.Numerics.Vectors", "System.Runtime.CompilerServices.Unsafe", "System.Threading.Tasks.Extensions", "System.ValueTuple",
        "Microsoft.Bcl.AsyncInterfaces", "Microsoft.Bcl.TimeProvider", "System.ComponentModel.Annotations",
    };

    /// <summary>Each runspace of the process that imports the module attaches once; the last one that removes it detaches.</summary>
    public static void Attach()
    {
        if (Interlocked.Increment(ref s_users) == 1) AppDomain.CurrentDomain.AssemblyResolve += Resolve;
    }

    public static void Detach()
    {
        if (Interlocked.Decrement(ref s_users) == 0) AppDomain.CurrentDomain.AssemblyResolve -= Resolve;
    }

    private static Assembly? Resolve(object? sender, ResolveEventArgs asked)
    {
        try
        {
            AssemblyName name = new(asked.Name);
            if (name.Name == "CrdrTools.Abstractions") return typeof(CrdrPair).Assembly;
            if (!s_ours.Contains(name.Name)) return null;
            string path = Path.Combine(s_folder, name.Name + ".dll");
            if (!File.Exists(path) || AssemblyName.GetAssemblyName(path).Version < name.Version) return null;
            return Assembly.LoadFrom(path);
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or ArgumentException)
        {
            return null;
        }
    }
}
#endif
