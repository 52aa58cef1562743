namespace CrdrTools;

/// <summary>Lists as PowerShell can take one element out of: the type that a collection expression makes of itself is none that it can index.</summary>
internal static class Lists
{
    /// <summary>The same as an array.</summary>
    public static IReadOnlyList<T> Plain<T>(IReadOnlyList<T> list) => list as T[] ?? list.ToArray();
}
