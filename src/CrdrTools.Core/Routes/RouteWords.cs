namespace CrdrTools.Core.Routes;

/// <summary>Pure: what a program or a script block says of where clients are sent.</summary>
internal static class RouteWords
{
    /// <summary>Lines <c>target=primary|recovery|none</c> and <c>fenced=primary,recovery</c>; others are passed over.</summary>
    public static CrdrRouteStatus Read(CrdrRoute route, string said)
    {
        Side? target = null;
        bool told = false;
        List<Side> fenced = [];
        foreach (string line in said.Split('\n'))
        {
            string[] parts = line.Trim().Split('=');
            if (parts.Length != 2) continue;
            string name = parts[0].Trim(), value = parts[1].Trim();
            if (name == "target")
            {
                told = value is "primary" or "recovery" or "none";
                target = AsSide(value);
            }
            else if (name == "fenced")
            {
                fenced.AddRange(value.Split(',').Select(AsSide).OfType<Side>());
            }
        }
        return new()
        {
            Name = route.Name, Type = route.Type, Target = target, Fenced = fenced, Verified = told,
            Detail = told ? null : "what it said of itself has no line target=primary, target=recovery or target=none",
        };
    }

    private static Side? AsSide(string word) => word.Trim() switch { "primary" => Side.Primary, "recovery" => Side.Recovery, _ => null };
}
