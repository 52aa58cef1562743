namespace CrdrTools.PowerShell.Commands;

/// <summary>Tells when drills, rotations and checks are due on pairs, when they were last done, and what blocks them now.</summary>
[Cmdlet(VerbsCommon.Get, "CrdrSchedule")]
[OutputType(typeof(CrdrSchedule))]
public sealed class GetCrdrScheduleCommand : CoreCmdlet
{
    /// <summary>The pairs: names (with wildcards), pair objects, or hashtables. All registered ones unless given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [PairArgument]
    [ArgumentCompleter(typeof(PairNameCompleter))]
    [SupportsWildcards]
    public PairOrName[]? Pair { get; set; }

    /// <summary>Only what is due now, and not blocked: for a scheduler to act on.</summary>
    [Parameter]
    public SwitchParameter Due { get; set; }

    /// <summary>How it stands at another time than now, as a time or as text.</summary>
    [Parameter]
    public object? At { get; set; }

    /// <summary>The schedule. CRDR_SCHEDULE, or schedule.json beside the pair file, unless given.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ScheduleFile { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Pair is null && MyInvocation.ExpectingInput) return;
        DateTimeOffset? at = At is null ? null : Moments.Read(At);
        if (At is not null && at is null)
        {
            ThrowTerminatingError(ErrorRecords.Of(new CrdrException(CrdrErrorKind.InvalidInput, "TimeInvalid", $"-At '{At}' is no time.", "Give one with its zone, for example 2026-01-31T03:00:00Z, or a date: (Get-Date).AddDays(7)."), At));
        }
        string? file = string.IsNullOrEmpty(ScheduleFile) ? null : GetUnresolvedProviderPathFromPSPath(ScheduleFile);
        IReadOnlyList<CrdrPair> pairs = Pair is null ? Try(() => Engine.Registered) : [.. Pair.SelectMany(p => Try(() => Engine.Find(p, patterns: true), p.Name))];
        foreach (CrdrSchedule row in Try(() => Engine.Schedule(file, pairs, at)))
            if (!Due || row.MayBegin) WriteObject(row);
    }
}
