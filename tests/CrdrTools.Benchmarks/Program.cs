using CrdrTools.Benchmarks;
using CrdrTools.Benchmarks.PostgreSql;

return args switch
{
    [] or ["status"] => await ManyPairs.RunAsync(),
    ["haproxy"] => await HAProxySwitch.RunAsync(),
    ["failback", ..] => await Failback.RunAsync(args.Length > 1 ? double.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 25),
    ["postgres", "peers", ..] => await Peers.RunAsync(args.Length > 2 ? int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) : 10),
    ["postgres", ..] => await Moves.RunAsync(args.ElementAtOrDefault(1) ?? "all", args.Length > 2 ? int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) : 10, args.Contains("talk"), args.Contains("brief")),
    _ => 2,
};
