namespace CrdrTools.Tests.Support;

/// <summary>A rig whose pair has a command route: a shell script over two files, and a log of what was asked of it.</summary>
internal sealed class RouteRig : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("crdr-route-").FullName;

    public RouteRig()
    {
        File.WriteAllText(At("target"), "primary");
        File.WriteAllText(At("fenced"), "");
        File.WriteAllText(At("log"), "");
        File.WriteAllText(At("route.sh"), """
            #!/bin/sh
            cd "$(dirname "$0")" || exit 9
            case "$1" in
              observe) echo "target=$(cat target)"; echo "fenced=$(cat fenced)"; exit 0 ;;
              fence) [ -e broken-fence ] && { echo "the proxy does not answer" >&2; exit 7; }; printf %s "$CRDR_SIDE" > fenced ;;
              unfence) [ "$(cat fenced)" = "$CRDR_SIDE" ] && printf "" > fenced ;;
              switch) [ -e broken-switch ] && exit 8; printf %s "$CRDR_SIDE" > target; [ "$(cat fenced)" = "$CRDR_SIDE" ] && printf "" > fenced ;;
            esac
            echo "$1 $CRDR_SIDE" >> log
            exit 0
            """);
        Rig = new Rig(pair: draft => draft with { Routes = [Command("app")] });
    }

    public Rig Rig { get; }

    public Action? OnFence
    {
        set => Rig.Host.Progressed = p =>
        {
            if (p.Effect.StartsWith("Fence", StringComparison.Ordinal)) value?.Invoke();
        };
    }

    public (string Target, string Fenced) Route => (File.ReadAllText(At("target")), File.ReadAllText(At("fenced")));

    public List<string> Log => [.. File.ReadAllLines(At("log"))];

    public void BreakFence() => File.WriteAllText(At("broken-fence"), "");

    public void BreakSwitch() => File.WriteAllText(At("broken-switch"), "");

    public void MendSwitch() => File.Delete(At("broken-switch"));

    public void Dispose()
    {
        Rig.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private CrdrRoute Command(string name) => new()
    {
        Name = name, Type = "Command", Observe = Words("observe"), Fence = Words("fence"), Unfence = Words("unfence"), Switch = Words("switch"),
    };

    private string[] Words(string verb) => ["/bin/sh", At("route.sh"), verb];

    private string At(string file) => Path.Combine(_folder, file);
}
