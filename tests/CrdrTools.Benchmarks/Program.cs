using CrdrTools.Benchmarks;

return args switch
{
    [] or ["status"] => await ManyPairs.RunAsync(),
    ["haproxy"] => await HAProxySwitch.RunAsync(),
    ["failback", ..] => await Failback.RunAsync(args.Length > 1 ? double.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 25),
    _ => 2,
};
