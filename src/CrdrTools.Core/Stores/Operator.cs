namespace CrdrTools.Core.Stores;

/// <summary>Who is at the keyboard.</summary>
public static class Operator
{
    /// <summary>As user@host.</summary>
    public static string Name { get; } = $"{Environment.UserName}@{Environment.MachineName}";
}
