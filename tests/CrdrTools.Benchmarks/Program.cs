using CrdrTools.Benchmarks;
using CrdrTools.Benchmarks.Monitoring;
using CrdrTools.Benchmarks.PostgreSql;
using CrdrTools.Benchmarks.ReplicaDns;

return args switch
{
    [] or ["status"] => await ManyPairs.RunAsync(),
    ["haproxy"] => await HAProxySwitch.RunAsync(),
    ["replica-dns", "many"] => await ManyNames.RunAsync(),
    ["replica-dns", ..] => await RealName.RunAsync(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 10),
    ["monitor", ..] => await ManyWatched.RunAsync(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 500, args.Length > 2 ? int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) : 60),
    ["failback", ..] => await Failback.RunAsync(args.Length > 1 ? double.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 25),
    ["postgres", "peers", ..] => await Peers.RunAsync(args.Length > 2 ? int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) : 10),
    ["postgres", ..] => await Moves.RunAsync(args.ElementAtOrDefault(1) ?? "all", args.Length > 2 ? int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) : 10, args.Contains("talk"), args.Contains("brief")),
    _ => 2,
};
