using Polly;
using Polly.Retry;

namespace CrdrTools.Core.Http;

/// <summary>
/// Repeats a read whose trouble looks passing. Kept apart so that Polly is loaded only once something has failed
/// (building a pipeline costs the first call about 50 ms, measured).
/// </summary>
internal static class ReadRetry
{
    public static bool Helps(VendorException e, TimeSpan? patience = null) =>
        (patience is null || e is not RateLimitedException { RetryAfter: { } asked } || asked <= patience)
        && (e.Kind is CrdrErrorKind.RateLimited or CrdrErrorKind.Unavailable or CrdrErrorKind.BadReply
        || e.ErrorId == "VendorConnectionLost");

    public static async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> read, VendorException first, TimeProvider time, CancellationToken ct, TimeSpan? patience = null)
    {
        ResiliencePipeline pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = args => new(args.Outcome.Exception is VendorException e && Helps(e, patience)),
                MaxRetryAttempts = patience is null ? 3 : 2,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(200),
                UseJitter = true,
                DelayGenerator = args => new(Asked(args.Outcome.Exception)),
            })
            .Build();
        Exception? pending = first;
        return await pipeline.ExecuteAsync(async token =>
        {
            // The first attempt has been made already: the pipeline begins with its failure.
            if (Interlocked.Exchange(ref pending, null) is { } failed) throw failed;
            return await read(token).ConfigureAwait(false);
        }, ct).ConfigureAwait(false);
    }

    private static TimeSpan? Asked(Exception? e) =>
        e is RateLimitedException { RetryAfter: { } wait } ? (wait < TimeSpan.FromSeconds(30) ? wait : TimeSpan.FromSeconds(30)) : null;
}
