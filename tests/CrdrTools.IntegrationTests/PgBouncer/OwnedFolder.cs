using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.PgBouncer;

/// <summary>A folder of the user that servers run as which refuse root.</summary>
internal sealed class OwnedFolder : IDisposable
{
    public const string User = "postgres";

    private readonly TempFolder _folder = new();

    public OwnedFolder() => Own(Path);

    public string Path => _folder.Path;

    /// <summary>Writes a file that the servers may read.</summary>
    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(_folder.At(name), bytes);
        Own(_folder.At(name));
        return _folder.At(name);
    }

    public string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>What a program prints that succeeds.</summary>
    public static async Task<string> SaidAsync(string program, params string[] arguments)
    {
        using ServerProcess process = ServerProcess.Start(program, arguments);
        await process.SucceedAsync();
        return process.Said.Trim();
    }

    public void Dispose() => _folder.Dispose();

    private static void Own(string path)
    {
        if (Environment.IsPrivilegedProcess) ServerProcess.RunAsync("chown", $"{User}:{User}", path).GetAwaiter().GetResult();
    }
}
