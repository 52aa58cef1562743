namespace CrdrTools.Core.Monitoring;

/// <summary>Has not answered in time.</summary>
internal sealed class NoAnswerException(TimeSpan patience) : Exception($"no answer within {patience.TotalSeconds:0.###} s");

/// <summary>
/// Asks one thing at a time of somebody who may never answer. Whoever has had their time is asked to come to an end, and until they have, nothing new is asked: a connection is used by one at a time.
/// </summary>
internal sealed class Attention(TimeProvider time)
{
    /// <summary>What somebody has who was asked to come to an end.</summary>
    private static readonly TimeSpan s_last = TimeSpan.FromMilliseconds(500);

    private Task? _asked;

    /// <summary>The answer; <see cref="NoAnswerException"/> where there is none in time, whenever it may come later.</summary>
    public async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> question, TimeSpan patience, CancellationToken ct)
    {
        if (_asked is { IsCompleted: false } before && !await EndedAsync(before, patience, ct).ConfigureAwait(false)) throw new NoAnswerException(patience);
        // Ended by whoever still uses it, for that may be long after.
        CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task<T> answer = Begin(question, enough.Token);
        _asked = answer.ContinueWith(t =>
        {
            _ = t.Exception;
            enough.Dispose();
        }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (!await EndedAsync(answer, patience, ct).ConfigureAwait(false))
        {
            enough.Cancel();
            if (!await EndedAsync(answer, s_last, ct).ConfigureAwait(false)) throw new NoAnswerException(patience);
        }
        try
        {
            return await answer.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new NoAnswerException(patience);
        }
    }

    /// <summary>What fails before it has begun to wait fails like the rest.</summary>
    private static async Task<T> Begin<T>(Func<CancellationToken, Task<T>> question, CancellationToken ct) => await question(ct).ConfigureAwait(false);

    private async Task<bool> EndedAsync(Task task, TimeSpan limit, CancellationToken ct)
    {
        if (task.IsCompleted) return true;
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(task, time.Delay(limit, over.Token)).ConfigureAwait(false);
        over.Cancel();
        ct.ThrowIfCancellationRequested();
        return task.IsCompleted;
    }
}
