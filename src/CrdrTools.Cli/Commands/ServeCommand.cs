using System.CommandLine;
using CrdrTools.Cli.Serve;
using CrdrTools.Core.Monitoring;
using CrdrTools.Core.Pairs;

namespace CrdrTools.Cli.Commands;

/// <summary>Watches pairs and tells over HTTP: where applications connect to, metrics, and a page for people.</summary>
internal static class ServeCommand
{
    public static Command Build()
    {
        Argument<string[]> pairs = new("pair") { Description = "The pairs; all registered ones unless named", Arity = ArgumentArity.ZeroOrMore };
        Option<string?> listen = new("--listen") { Description = $"Where: a port of loopback, or address:port (127.0.0.1:{ServeOptions.Port}). Elsewhere than on loopback with --token and --certificate only" };
        Option<string?> token = new("--token") { Description = "Where the token that callers must show is found: env:NAME" };
        Option<string?> certificate = new("--certificate") { Description = "A certificate for TLS: PEM, or PKCS#12 without a password" };
        Option<string?> key = new("--key") { Description = "The certificate's key as PEM, where it is in a file of its own" };
        WatchOptions watch = new();
        Common common = new();
        Command command = new("serve", "Watch pairs and answer over HTTP until Ctrl+C: /connection for applications, /metrics, /pairs, /health, and a page for people at /") { pairs, listen, token, certificate, key };
        watch.AddTo(command);
        common.AddTo(command);
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            string[]? named = parsed.GetValue(pairs);
            IReadOnlyList<CrdrPair> chosen = call.Chosen(named, all: named is not { Length: > 0 });
            if (chosen.Count == 0) throw new CrdrException(CrdrErrorKind.NotFound, "PairNotFound", "No pair is registered.", "Register one first: crdr pair register.");
            string? shown = parsed.GetValue(token) is { } reference ? (await SecretReference.ResolveAsync(reference, "The token that callers must show", null, call.Host)).Trim() : null;
            ServeOptions place = new(ServeOptions.Read(parsed.GetValue(listen)), shown, parsed.GetValue(certificate), parsed.GetValue(key));
            CrdrWatchOptions options = watch.Of(parsed);
            using EventPrinter printer = new(call);
            Watchtower tower = MonitorCommand.Tower(call, chosen, options, printer);
            await using StatusServer server = await StatusServer.StartAsync(place, new Desk(call.Crdr, chosen, tower, options, TimeProvider.System), ct);
            await Console.Error.WriteLineAsync($"Serving {chosen.Count} {(chosen.Count == 1 ? "pair" : "pairs")} at {server.Address}. Ctrl+C ends it.");
            await tower.RunAsync(ct);
            return ExitCode.Success;
        }));
        return command;
    }
}
