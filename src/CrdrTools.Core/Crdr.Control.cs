using CrdrTools.Core.Operations;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core;

/// <summary>Control of an operation that this or another process runs, or that was left.</summary>
public sealed partial class Crdr
{
    private static readonly TimeSpan s_heard = TimeSpan.FromMinutes(2);

    /// <summary>Asks a running operation to stop, or to go back, and does not wait for its answer. False: nobody runs it.</summary>
    public bool AskToStop(string operation, bool rollBack, string? reason) => Ask(operation, new() { Action = rollBack ? ControlAction.Rollback : ControlAction.Stop, Who = Operator.Name, Reason = reason });

    /// <summary>Asks a running operation for nothing more than to wait; returns when it has heard that. It keeps the pair meanwhile.</summary>
    public async Task<CrdrOperation> PauseAsync(string operation, string? reason, TimeSpan? limit, CancellationToken ct)
    {
        if (!await AskAsync(operation, ControlAction.Pause, null, reason, limit, ct).ConfigureAwait(false)) throw NotRunning(operation, "It can be taken up again any time: Resume-CrdrOperation -Id {0} (crdr operation resume {0}).");
        return Operation(operation);
    }

    /// <summary>Whether it is run by somebody, and is paused or going to be: then it is told to go on, and not taken up.</summary>
    public bool IsPaused(string operation) => Operation(operation) is { RunBy: not null, PausedBy: not null };

    /// <summary>Tells a paused operation to go on; returns when it has heard that.</summary>
    public async Task<CrdrOperation> ContinueAsync(string operation, string? reason, TimeSpan? limit, CancellationToken ct)
    {
        await AskAsync(operation, ControlAction.Continue, null, reason, limit, ct).ConfigureAwait(false);
        return Operation(operation);
    }

    /// <summary>Has a step left out that no safety rule needs: by the process that runs the operation, or by taking it up without it.</summary>
    public async Task<CrdrOperation> SkipAsync(string operation, string step, string? reason, CrdrRequest how, string? token, IOperationHost host, CancellationToken ct, CrdrPair? described = null)
    {
        if (StepControl.WhyNotSkipped(Operation(operation), step, reason) is { } no) throw no;
        return await AskAsync(operation, ControlAction.Skip, step, reason, null, ct).ConfigureAwait(false) ? Operation(operation)
            : await TakeUpAsync(operation, new() { Action = ControlAction.Skip, Step = step, Reason = reason, Who = Operator.Name }, how, token, host, ct, described).ConfigureAwait(false);
    }

    /// <summary>Why a step would not be left out, as far as the record tells; <see langword="null"/>: nothing is known against it.</summary>
    public static string? WhyNotSkipped(CrdrOperation operation, string step, string? reason) => StepControl.WhyNotSkipped(operation, step, reason)?.Message;

    /// <summary>Has a step asked for again that was lost or looks stuck: by the process that runs the operation, or by taking it up.</summary>
    public async Task<CrdrOperation> RetryAsync(string operation, string step, string? reason, CrdrRequest how, string? token, IOperationHost host, CancellationToken ct, CrdrPair? described = null)
    {
        CrdrOperation now = Operation(operation);
        if (now.Steps.All(s => s.Id != step)) throw new CrdrException(CrdrErrorKind.InvalidInput, "StepNotFound", StepControl.NoSuchStep(step, now.Steps.Select(s => s.Id)));
        return await AskAsync(operation, ControlAction.Retry, step, reason, null, ct).ConfigureAwait(false) ? Operation(operation)
            : await TakeUpAsync(operation, new() { Action = ControlAction.Retry, Step = step, Reason = reason, Who = Operator.Name }, how, token, host, ct, described).ConfigureAwait(false);
    }

    /// <summary>Stops a running operation, and waits for its end. A stop that would leave nobody writing is refused.</summary>
    public async Task<CrdrOperation> StopAsync(string operation, bool rollBack, string? reason, TimeSpan? limit, CancellationToken ct)
    {
        if (!await AskAsync(operation, rollBack ? ControlAction.Rollback : ControlAction.Stop, null, reason, limit, ct).ConfigureAwait(false)) throw NotRunning(operation, "Give -Forward to finish it, -Rollback to go back, or -Abandon -Reason '...' to close it.");
        return await WaitAsync(operation, limit ?? s_heard, ct).ConfigureAwait(false);
    }

    /// <summary>Takes an operation to where it may be left: to the end of the switch, where it is between fence and switch; else it stops where it is.</summary>
    public async Task<CrdrOperation> ForwardAsync(string operation, string? reason, CrdrRequest how, string? token, IOperationHost host, CancellationToken ct, CrdrPair? described = null) =>
        await AskAsync(operation, ControlAction.Forward, null, reason, null, ct).ConfigureAwait(false) ? await WaitAsync(operation, null, ct).ConfigureAwait(false)
            : await TakeUpAsync(operation, new() { Action = ControlAction.Forward, Reason = reason, Who = Operator.Name }, how, token, host, ct, described).ConfigureAwait(false);

    /// <summary>The side that is meant by a member's name, or by Primary and Recovery.</summary>
    public static Side SideOf(CrdrPair pair, string member) =>
        string.Equals(member, pair.Primary.Name, StringComparison.OrdinalIgnoreCase) ? Side.Primary
        : string.Equals(member, pair.Recovery.Name, StringComparison.OrdinalIgnoreCase) ? Side.Recovery
        : Enum.TryParse(member, ignoreCase: true, out Side side) && !char.IsDigit(member[0]) ? side
        : throw new CrdrException(CrdrErrorKind.InvalidInput, "MemberNotOfPair", $"'{member}' is no member of {pair.Name}: {pair.Primary.Name} (Primary) or {pair.Recovery.Name} (Recovery).");

    private bool Ask(string operation, ControlRequest request)
    {
        if (Store.Holder(Operation(operation).Pair) is not { } holder || holder.Operation != operation) return false;
        Store.Request(operation, request);
        return true;
    }

    /// <summary>Asks, and waits until it was heard. False: nobody runs it. What is refused is thrown.</summary>
    private async Task<bool> AskAsync(string operation, ControlAction action, string? step, string? reason, TimeSpan? limit, CancellationToken ct)
    {
        ControlRequest request = new() { Action = action, Step = step, Reason = reason, Who = Operator.Name };
        if (!Ask(operation, request)) return false;
        string journal = Store.FindJournal(operation) ?? throw NoOperation(operation);
        for (DateTimeOffset began = _time.GetUtcNow(); ;)
        {
            bool runs = Store.Holder(Operation(operation).Pair) is { } holder && holder.Operation == operation;
            if (OperationRecord.AnswerTo(Journal.Read(journal).Entries, request.Id) is { } answer)
            {
                return answer.Answer != ControlAnswer.Refused ? true
                    : throw new CrdrException(CrdrErrorKind.Refused, answer.ErrorId ?? "RequestRefused", answer.Text ?? $"{operation} does not do that.");
            }
            if (!runs) return false;
            if (_time.GetUtcNow() - began > (limit ?? s_heard))
                throw new CrdrException(CrdrErrorKind.Timeout, "RequestNotHeard", $"{operation} was asked for '{request}' and has not answered within {(limit ?? s_heard).TotalSeconds:0} s: it is in the middle of an act, and hears it as soon as that is over.", $"Look with: Get-CrdrOperation -Id {operation} (crdr operation show {operation})");
            await _time.Delay(Pace.Next(_time.GetUtcNow() - began), ct).ConfigureAwait(false);
        }
    }

    private async Task<CrdrOperation> TakeUpAsync(string operation, ControlRequest wish, CrdrRequest how, string? token, IOperationHost host, CancellationToken ct, CrdrPair? described)
    {
        (string journal, CrdrPair pair) = Find(operation, described);
        if (Store.OpenOperation(pair.Name) != operation) throw new CrdrException(CrdrErrorKind.InvalidState, "OperationEnded", $"{operation} has ended: there is nothing to {wish.Action.ToString().ToLowerInvariant()}.");
        IPairSession session = await OpenAsync(pair, token, host).ConfigureAwait(false);
        try
        {
            return await _runner.ResumeAsync(journal, pair, session, how, host, ct, wishes: [wish]).ConfigureAwait(false);
        }
        finally
        {
            Release(session);
        }
    }

    /// <summary>Waiting for one that is paused leads nowhere: first what has it go on.</summary>
    private IEnumerable<CrdrNextAction> WhilePaused(CrdrStatus status)
    {
        if (status is { OpenOperation: { } id, HeldBy: not null } && Operation(id) is { PausedBy: { } by, PausedSince: { } since })
            yield return new() { What = $"{id} is paused by {by} since {since:yyyy-MM-dd HH:mm:ss}Z: have it go on when they agree", Command = $"Resume-CrdrOperation -Id {id}", Crdr = $"crdr operation resume {id}" };
    }

    private static CrdrException NotRunning(string operation, string advice) =>
        new(CrdrErrorKind.InvalidState, "OperationNotRunning", $"Nobody runs {operation}.", advice.Replace("{0}", operation));

    private CrdrOperation Running(CrdrOperation operation)
    {
        if (operation.Outcome is not (null or CrdrOutcome.Started or CrdrOutcome.Incomplete) || Store.Holder(operation.Pair) is not { } holder || holder.Operation != operation.Id) return operation;
        string who = $"{holder.Who} (process {holder.ProcessId})";
        string paused = operation switch
        {
            { PausedBy: { } by, PausedSince: { } since } => $" It is paused by {by} since {since:yyyy-MM-dd HH:mm:ss}Z, and goes on with: Resume-CrdrOperation -Id {operation.Id} (crdr operation resume {operation.Id})",
            { PausedBy: { } by } => $" {by} wants it paused: it is between fence and switch, and pauses after that.",
            _ => "",
        };
        return operation with { Outcome = null, RunBy = who, Message = $"{who} runs it.{paused}" };
    }
}
