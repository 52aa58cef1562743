using System.Text;

namespace CrdrTools.Core.Stores;

/// <summary>Reads and appends beside others who read, append and replace (Windows locks whole files otherwise).</summary>
internal static class StateFile
{
    public static string Read(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader reader = new(file, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    public static void Append(string path, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        using FileStream file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        file.Write(bytes, 0, bytes.Length);
    }
}
