using CrdrTools.Core.Playbooks;

namespace CrdrTools.PowerShell.Common;

/// <summary>Playbooks, as cmdlets see them.</summary>
internal sealed partial class Engine
{
    /// <summary>What came with the module: beside its bin folder.</summary>
    public static string ShippedPlaybooks =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(Engine).Assembly.Location)!, "..", "..", "playbooks"));

    /// <summary>All there are; with folders, in these too.</summary>
    public IReadOnlyList<CrdrPlaybook> Playbooks(string[]? folders, Action<CrdrException> trouble) => [.. Shelf(folders).All(trouble).Select(_crdr.Playbook)];

    /// <summary>The one of that name, or at that path.</summary>
    public CrdrPlaybook Playbook(string[]? folders, string nameOrPath) => _crdr.Playbook(Shelf(folders).Get(nameOrPath));

    /// <summary>What can be told without PowerShell's parser.</summary>
    public IReadOnlyList<CrdrPlaybookFinding> PlaybookFindings(CrdrPlaybook playbook, CrdrPair? pair) => _crdr.PlaybookFindings(Shelf(null).Get(playbook.Path), pair);

    /// <summary>Keeps a review; without pairs, of all that the playbook is written for.</summary>
    public CrdrPlaybookReview ConfirmPlaybook(CrdrPlaybook playbook, IReadOnlyList<CrdrPair> pairs, string reason, string? owner) =>
        _crdr.ConfirmPlaybook(Shelf(null).Get(playbook.Path), pairs, reason, owner);

    /// <summary>The registered pairs that a playbook is written for.</summary>
    public IReadOnlyList<CrdrPair> PairsFor(CrdrPlaybook playbook) => _crdr.PairsFor(Shelf(null).Get(playbook.Path));

    public CrdrPlaybookRun BeginRun(CrdrPlaybook playbook, string pair, IReadOnlyDictionary<string, string> arguments, IReadOnlyList<CrdrPlaybookFinding> allowed) =>
        _crdr.BeginRun(playbook, pair, arguments, allowed);

    public void Keep(CrdrPlaybookRun run) => _crdr.PlaybookStore.Put(run);

    public CrdrPlaybookRun EndRun(CrdrPlaybookRun run, CrdrPlaybookOutcome outcome, string message, string? errorId) => _crdr.EndRun(run, outcome, message, errorId);

    /// <summary>How what is scheduled stands on pairs; without pairs, on all that are registered.</summary>
    public IReadOnlyList<CrdrSchedule> Schedule(string? file, IReadOnlyList<CrdrPair> pairs, DateTimeOffset? at) => _crdr.Schedule(file, pairs, at);

    /// <summary>Keeps a rehearsal as a proof for a pair.</summary>
    public void KeepDrill(string pair, CrdrDrillResult drill) => _crdr.KeepDrill(pair, drill);

    private static PlaybookShelf Shelf(string[]? folders) => new(ShippedPlaybooks, [.. folders ?? [], .. PlaybookShelf.DefaultFolders]);
}
