using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace CrdrTools.PowerShell.Common;

/// <summary>
/// The base of every cmdlet here: owns the pump, the cancellation and the disposal. Work runs on other threads; whatever it wants of
/// PowerShell (output, questions, a secret) is queued and done on the pipeline's own thread.
/// </summary>
public abstract class CrdrCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private readonly CancellationToken _cancelled;
    // Unbounded: a bounded queue would deadlock when downstream waits for the producer.
    private readonly BlockingCollection<Action?> _queue = [];
    private volatile ExceptionDispatchInfo? _broken;
    private volatile bool _disposed;

    /// <summary>Makes one.</summary>
    protected CrdrCmdlet() => _cancelled = _cancel.Token;

    /// <summary>Set when the user stopped the pipeline, or downstream wants no more.</summary>
    private protected CancellationToken Cancelled => _cancelled;

    /// <summary>Whether anything can still be written to the pipeline.</summary>
    private protected bool Listening => _broken is null && !_cancelled.IsCancellationRequested;

    /// <summary>From any thread: done on the pipeline's thread, in order; dropped once nobody listens any more.</summary>
    private protected void Post(Action action) => Enqueue(() =>
    {
        if (_broken is null) Do(action);
    });

    /// <summary>From any thread: asked on the pipeline's thread; cancelled once nobody listens any more.</summary>
    private protected Task<T> AskAsync<T>(Func<T> question)
    {
        TaskCompletionSource<T> reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationTokenRegistration stop = _cancelled.Register(() => reply.TrySetCanceled());
        _ = reply.Task.ContinueWith(_ => stop.Dispose(), TaskScheduler.Default);
        Enqueue(() =>
        {
            if (_broken is null) Do(() => reply.TrySetResult(question()));
            reply.TrySetCanceled();
        });
        return reply.Task;
    }

    /// <summary>
    /// From any thread: done on the pipeline's thread. Unlike a question it is not given up once it has begun, for what became of it must be
    /// known; where it cannot begin any more, that is thrown.
    /// </summary>
    private protected Task<T> DoAsync<T>(Func<T> deed, Func<Exception> never)
    {
        TaskCompletionSource<T> reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int begun = 0;
        bool Begin() => Interlocked.Exchange(ref begun, 1) == 0;
        CancellationTokenRegistration stop = _cancelled.Register(() =>
        {
            if (Begin()) reply.TrySetException(never());
        });
        _ = reply.Task.ContinueWith(_ => stop.Dispose(), TaskScheduler.Default);
        Enqueue(() =>
        {
            if (!Begin()) return;
            if (_broken is null) Do(() => reply.TrySetResult(deed()));
            reply.TrySetException(never());
        });
        return reply.Task;
    }

    /// <summary>On the pipeline's thread: does what is waiting, and does not wait itself.</summary>
    private protected void Drain()
    {
        while (_queue.TryTake(out Action? action)) action?.Invoke();
        _broken?.Throw();
    }

    /// <summary>On the pipeline's thread: does what is queued until the work has come to its end; then throws what went wrong.</summary>
    private protected void Await(Task work)
    {
        _ = work.ContinueWith(_ => Enqueue(null), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        bool told = false;
        while (!work.IsCompleted)
        {
            if (!_queue.TryTake(out Action? action, _cancelled.IsCancellationRequested && !told ? 700 : Timeout.Infinite))
            {
                told = true;
                TellHost("Stopping. A request was sent and its reply is awaited (at most 30 s): what became of it must be known.");
                continue;
            }
            action?.Invoke();
        }
        while (_queue.TryTake(out Action? action)) action?.Invoke();
        if (_broken is not null || _cancelled.IsCancellationRequested) OnStopped();
        _broken?.Throw();
        if (_cancelled.IsCancellationRequested) throw new PipelineStoppedException();
        work.GetAwaiter().GetResult();
    }

    /// <summary>Runs work elsewhere and pumps until it has ended.</summary>
    private protected T Run<T>(Func<CancellationToken, Task<T>> work)
    {
        Task<T> running = Task.Run(() => work(Cancelled));
        Await(running);
        return running.Result;
    }

    /// <summary>The pipeline is closed and all work has ended: the host is all that can still be written to.</summary>
    private protected virtual void OnStopped()
    {
    }

    /// <summary>Writes a line past the pipeline.</summary>
    private protected void TellHost(string text)
    {
        try
        {
            Host.UI?.WriteWarningLine(text);
        }
        catch (Exception e) when (e is System.Management.Automation.Host.HostException or InvalidOperationException or NotImplementedException)
        {
            // A host without a face.
        }
    }

    /// <summary>Runs core calls that do no waiting, and turns their trouble into a terminating error.</summary>
    private protected T Try<T>(Func<T> call, object? target = null)
    {
        try
        {
            return call();
        }
        catch (CrdrException e)
        {
            ThrowTerminatingError(ErrorRecords.Of(e, target));
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void StopProcessing()
    {
        Cancel();
        Enqueue(null);
    }

    /// <summary>Called by PowerShell after the last record, after an error, and after a stop.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what the cmdlet owns.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (_disposed) return;
        _disposed = true;
        Cancel();
        _cancel.Dispose();
        _queue.Dispose();
    }

    private void Do(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            // The pipeline was stopped, or downstream wants no more (Select-Object -First): that is a cancel, and it is thrown on
            // once all work has come to its end.
            _broken = ExceptionDispatchInfo.Capture(e);
            Cancel();
        }
    }

    /// <summary>Ends all work as soon as it may end.</summary>
    private protected void Cancel()
    {
        try
        {
            _cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Stopped after its end.
        }
    }

    private void Enqueue(Action? action)
    {
        if (_disposed) return;
        try
        {
            _queue.Add(action);
        }
        catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException)
        {
            // Nobody pumps any more.
        }
    }
}
