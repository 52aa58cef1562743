using System.Collections.Concurrent;
using CrdrTools.Cli.Commands;

namespace CrdrTools.Cli;

/// <summary>
/// Prints what a watch tells, beside the watching: a terminal that was stopped, or a pipe that nobody reads, keeps nobody from looking or acting. When too much waits, the newest is left out.
/// </summary>
internal sealed class EventPrinter : IDisposable
{
    private const int Most = 10_000;
    private static readonly TimeSpan s_last = TimeSpan.FromSeconds(2);
    private readonly BlockingCollection<CrdrWatchEvent> _waiting = new(Most);
    private readonly Thread _printing;

    public EventPrinter(Call call)
    {
        _printing = new(() =>
        {
            foreach (CrdrWatchEvent happened in _waiting.GetConsumingEnumerable())
            {
                call.Host.EndLine();
                if (call.Json) Output.JsonLine(happened);
                else Output.Event(Output.Out, happened);
            }
        }) { IsBackground = true, Name = "events" };
        _printing.Start();
    }

    public void Print(CrdrWatchEvent happened) => _waiting.TryAdd(happened);

    public void Dispose()
    {
        _waiting.CompleteAdding();
        _printing.Join(s_last);
    }
}
