namespace CrdrTools.Core.Http;

/// <summary>Answers that many looks share: what one has just been told, the others need not ask. Trouble is shared too, so that a vendor in need is not asked by everybody at once.</summary>
public sealed class ReadBook(TimeProvider time)
{
    private readonly object _gate = new();
    private readonly Dictionary<string, (Task Reading, long Began)> _pages = [];
    private readonly Dictionary<string, Task> _lanes = [], _coming = [];

    /// <summary>What was read no longer ago than <paramref name="age"/>, or is being read; else it is read now, for all.</summary>
    /// <param name="key">What it is.</param>
    /// <param name="age">How old it may be, counted from when its reading began.</param>
    /// <param name="read">Reads it. Nobody's cancellation ends it: others wait for it.</param>
    /// <param name="ct">Ends this one's waiting.</param>
    public async Task<T> GetAsync<T>(string key, TimeSpan age, Func<Task<T>> read, CancellationToken ct)
    {
        Task<T> reading;
        lock (_gate)
        {
            if (_pages.TryGetValue(key, out (Task Reading, long Began) page) && (!page.Reading.IsCompleted || time.GetElapsedTime(page.Began) <= age)) reading = (Task<T>)page.Reading;
            else
            {
                reading = Task.Run(read, CancellationToken.None);
                _ = reading.ContinueWith(t => t.Exception, TaskScheduler.Default);
                _pages[key] = (reading, time.GetTimestamp());
            }
        }
        if (!reading.IsCompleted && ct.CanBeCanceled)
        {
            TaskCompletionSource<bool> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
            using (ct.Register(() => ended.TrySetResult(true))) await Task.WhenAny(reading, ended.Task).ConfigureAwait(false);
            ct.ThrowIfCancellationRequested();
        }
        return await reading.ConfigureAwait(false);
    }

    /// <summary>
    /// Reads when those before it on the same lane have been read, with a pause in between, so that what is only good to know keeps nothing else waiting. What is on its way is not
    /// asked for again.
    /// </summary>
    public Task Later<T>(string lane, TimeSpan pause, string key, Func<Task<T>> read)
    {
        lock (_gate)
        {
            if (_coming.TryGetValue(key, out Task? coming)) return coming;
            Task before = _lanes.TryGetValue(lane, out Task? last) ? last : Task.CompletedTask;
            Task mine = Task.Run(async () =>
            {
                try
                {
                    await before.ConfigureAwait(false);
                    await GetAsync(key, TimeSpan.Zero, read, CancellationToken.None).ConfigureAwait(false);
                }
                catch (Exception)
                {
                    // It is not known, then; whoever wants to know asks again.
                }
                finally
                {
                    lock (_gate) _coming.Remove(key);
                }
            });
            _coming[key] = mine;
            _lanes[lane] = Task.Run(async () =>
            {
                await mine.ConfigureAwait(false);
                await time.Delay(pause, CancellationToken.None).ConfigureAwait(false);
            });
            return mine;
        }
    }

    /// <summary>What was read last and how long ago that began, if anything was; nothing is asked for.</summary>
    public (T Value, TimeSpan Age)? Peek<T>(string key) where T : class
    {
        lock (_gate)
            return _pages.TryGetValue(key, out (Task Reading, long Began) page) && page.Reading is Task<T> { Status: TaskStatus.RanToCompletion } read ? (read.Result, time.GetElapsedTime(page.Began)) : null;
    }
}
