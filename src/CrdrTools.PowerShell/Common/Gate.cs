namespace CrdrTools.PowerShell.Common;

/// <summary>
/// Lets several operations of one call ask one after another, and only then go on together, so many at a time. Nobody who waits
/// for an answer, or for the others' answers, holds a slot.
/// </summary>
internal sealed class Gate(int count, int limit) : IDisposable
{
    private readonly TaskCompletionSource<bool>[] _settled =
        [.. Enumerable.Range(0, count).Select(_ => new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously))];

    private readonly SemaphoreSlim _slots = new(limit);

    /// <summary>The place of one operation in the row.</summary>
    public Turn For(int number) => new(this, number);

    public void Dispose() => _slots.Dispose();

    /// <summary>One operation's way through the gate.</summary>
    internal sealed class Turn(Gate gate, int number) : IDisposable
    {
        private bool _holds;

        /// <summary>Before it does anything.</summary>
        public async Task BeginAsync(CancellationToken ct)
        {
            await gate._slots.WaitAsync(ct).ConfigureAwait(false);
            _holds = true;
        }

        /// <summary>Asks when everybody before has asked; a yes goes on when everybody has.</summary>
        public async Task<bool> AskAsync(Func<Task<bool>> ask, CancellationToken ct)
        {
            Release();
            await Task.WhenAll(gate._settled.Take(number).Select(s => s.Task)).ConfigureAwait(false);
            ct.ThrowIfCancellationRequested();
            try
            {
                if (!await ask().ConfigureAwait(false)) return false;
            }
            finally
            {
                gate._settled[number].TrySetResult(true);
            }
            await Task.WhenAll(gate._settled.Select(s => s.Task)).ConfigureAwait(false);
            ct.ThrowIfCancellationRequested();
            await BeginAsync(ct).ConfigureAwait(false);
            return true;
        }

        /// <summary>It has come to its end, asked or not.</summary>
        public void Dispose()
        {
            gate._settled[number].TrySetResult(true);
            Release();
        }

        private void Release()
        {
            if (!_holds) return;
            _holds = false;
            gate._slots.Release();
        }
    }
}
