using System.CommandLine;

namespace CrdrTools.Cli.Commands;

internal static class CardCommand
{
    public static Command Build()
    {
        Argument<string> pair = new("pair") { Description = "The pair" };
        Option<string?> file = new("--output", "-o") { Description = "Write it there instead of to the terminal" };
        Common common = new();
        Command command = new("card", "One offline page with what is needed when nothing else answers") { pair, file };
        common.AddTo(command);
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            string card = await call.Crdr.CardAsync(call.Pair(parsed.GetValue(pair)!), null, call.Host, ct);
            if (parsed.GetValue(file) is { } path) await File.WriteAllTextAsync(path, card, ct);
            else Console.Out.Write(card);
            return ExitCode.Success;
        }));
        return command;
    }
}
