namespace CrdrTools.PowerShell.Commands;

/// <summary>Writes the offline page of a pair: ids, endpoints, commands, contacts, last proof. No secrets.</summary>
[Cmdlet(VerbsData.Export, "CrdrCard", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(FileInfo), typeof(string))]
public sealed class ExportCrdrCardCommand : PairReadingCmdlet
{
    /// <summary>The folder for the pages, one file a pair; the current one unless given.</summary>
    [Parameter(Position = 1)]
    public string Path { get; set; } = ".";

    /// <summary>Gives the page as text, and writes no file.</summary>
    [Parameter]
    public SwitchParameter AsText { get; set; }

    private string Folder { get; set; } = "";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        Folder = GetUnresolvedProviderPathFromPSPath(Path);
    }

    private protected override async Task<IEnumerable<object>> ReadAsync(CrdrPair pair, string? token, PowerShellHost host, CancellationToken ct)
    {
        string file = System.IO.Path.Combine(Folder, $"{pair.Name}-card.md");
        if (!AsText && !await AskAsync(() => ShouldProcess(file, $"Write the card of {pair.Name}")).ConfigureAwait(false)) return [];
        string card = await Engine.CardAsync(pair, token, host, ct).ConfigureAwait(false);
        if (AsText) return [card];
        Directory.CreateDirectory(Folder);
        File.WriteAllText(file, card);
        // As Get-Item gives it: with what PowerShell's own views of files look for.
        return await AskAsync(() => InvokeProvider.Item.Get([file], force: true, literalPath: true)).ConfigureAwait(false);
    }
}
