using System.Diagnostics;

namespace CrdrTools.IntegrationTests.Support;

/// <summary>Waits for something to become so; only the limit is a time.</summary>
internal static class Poll
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public static async Task UntilAsync(Func<Task<bool>> so, Func<string> otherwise)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!await so())
        {
            if (waited.Elapsed > s_limit) throw new TimeoutException(otherwise());
            await Task.Delay(10);
        }
    }

    public static Task UntilAsync(Func<bool> so, Func<string> otherwise) => UntilAsync(() => Task.FromResult(so()), otherwise);
}
