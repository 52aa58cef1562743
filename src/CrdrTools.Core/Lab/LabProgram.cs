namespace CrdrTools.Core.Lab;

/// <summary>Programs that stand in front of a lab's servers.</summary>
internal static class LabProgram
{
    /// <summary>The folder that one is in; <see langword="null"/>: it is not installed.</summary>
    public static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/local/sbin", "/usr/sbin", "/usr/bin"])
        .FirstOrDefault(f => File.Exists(Path.Combine(f, program)));
}
