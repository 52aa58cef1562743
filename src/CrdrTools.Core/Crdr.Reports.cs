using CrdrTools.Core.Operations;
using CrdrTools.Core.Reports;
using CrdrTools.Core.Stores;

namespace CrdrTools.Core;

/// <summary>What the journals tell, as reports.</summary>
public sealed partial class Crdr
{
    /// <summary>The report of one operation.</summary>
    public OperationReport Report(string operation) => ReportOf(Store.FindJournal(operation) ?? throw NoOperation(operation));

    /// <summary>The reports of a pair's newest operations, newest first. One whose journal cannot be read is among them, and says so.</summary>
    public IEnumerable<OperationReport> Reports(string pair, int last)
    {
        List<string> journals = [.. Store.Journals(Names.Require(pair, "pair name")).Where(Announced).Take(last)];
        if (journals.Count == 0) throw new CrdrException(CrdrErrorKind.NotFound, "OperationNotFound", $"No operation of '{pair}' is on record here.", "List those that are with: Get-CrdrOperation (crdr operation list)");
        return journals.Select(ReportOf);
    }

    /// <summary>One that was torn in its first line announced nothing.</summary>
    private static bool Announced(string journal) => Journal.Read(journal) is not { Entries.Count: 0, Broken: null };

    private OperationReport ReportOf(string journal)
    {
        JournalText text = Journal.Read(journal);
        CrdrOperation operation = OperationRecord.Of(journal, text) is { } known ? Running(known) : OperationRunner.Unreadable(journal);
        // Measured against what was wanted when it began, whatever the pair's description says by now.
        CrdrObjectives objectives = text.Entries.FirstOrDefault()?.Pair?.Objectives ?? new();
        return OperationReport.Of(text, operation, objectives, Store.Obligations(operation.Pair), _time.GetUtcNow());
    }
}
