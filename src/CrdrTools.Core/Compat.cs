using System.Security.Cryptography;
using System.Text;

namespace CrdrTools.Core;

/// <summary>The few things that .NET Framework 4.7.2 spells differently.</summary>
internal static class Compat
{
    public static Task Delay(this TimeProvider time, TimeSpan delay, CancellationToken ct) =>
#if NET
        Task.Delay(delay, time, ct);
#else
        TimeProviderTaskExtensions.Delay(time, delay, ct);
#endif

    /// <summary>Cancels after a time by that clock.</summary>
    public static CancellationTokenSource Limit(this TimeProvider time, TimeSpan limit) =>
#if NET
        new(limit, time);
#else
        TimeProviderTaskExtensions.CreateCancellationTokenSource(time, limit);
#endif

    public static string Sha256(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
#if NET
        return Convert.ToHexString(SHA256.HashData(bytes)).ToLowerInvariant();
#else
        using SHA256 sha = SHA256.Create();
        return string.Concat(sha.ComputeHash(bytes).Select(b => b.ToString("x2")));
#endif
    }

    public static int ProcessId =>
#if NET
        Environment.ProcessId;
#else
        System.Diagnostics.Process.GetCurrentProcess().Id;
#endif

    /// <summary>Puts a whole file in place at once: readers see the old text or the new one.</summary>
    public static void ReplaceFile(string path, string text)
    {
        string fresh = $"{path}.{ProcessId}.{Guid.NewGuid():N}.new";
        using (FileStream file = new(fresh, FileMode.CreateNew, FileAccess.Write, FileShare.None))
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            file.Write(bytes, 0, bytes.Length);
            file.Flush(flushToDisk: true);
        }
#if NET
        File.Move(fresh, path, overwrite: true);
#else
        if (File.Exists(path)) File.Replace(fresh, path, null);
        else File.Move(fresh, path);
#endif
    }

    public static T? Get<TKey, T>(this IReadOnlyDictionary<TKey, T> map, TKey key) =>
        map.TryGetValue(key, out T? value) ? value : default;

    public static bool Has(this string text, string part, StringComparison how = StringComparison.OrdinalIgnoreCase) =>
        text.IndexOf(part, how) >= 0;
}

#if !NET
internal static class TimeSpans
{
    public static TimeSpan Divide(this TimeSpan span, double divisor) => TimeSpan.FromTicks((long)(span.Ticks / divisor));
}
#endif
