using System.CommandLine;

namespace CrdrTools.Cli.Commands;

/// <summary>The verbs that change something: one request, built from options.</summary>
internal static class VerbCommands
{
    public static IEnumerable<Command> Build()
    {
        yield return One("failover", "Leave the active member: it is lost, or is to be given up", new(new() { Verb = CrdrVerb.Failover }));
        yield return One("switchover", "Move the writes to the passive, caught-up member; nothing is lost", new(new() { Verb = CrdrVerb.Switchover }));
        yield return One("restore", "Rebuild the primary up to ReadyToFailBack; with --take-over make it active too", new(new() { Verb = CrdrVerb.Restore }));
        yield return One("repair", "End a split: keep one of two writers; what only the other has is kept aside and listed, and it becomes a copy", new(new() { Verb = CrdrVerb.Repair }), (_, pair, request, _) =>
            Task.FromResult(request with { To = Core.Crdr.SideOf(pair, request.Options[RequestOptions.Keep]), Options = new Dictionary<string, string>() }));
        yield return One("setup", "Create the recovery service, or the stream that protects the primary", new(new() { Verb = CrdrVerb.Setup }));
    }

    /// <summary>One command that runs a request, or with --what-if shows its plan.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="description">What it does.</param>
    /// <param name="request">What it asks for.</param>
    /// <param name="complete">Fills in what the options left open, from where the pair stands.</param>
    public static Command One(string name, string description, RequestOptions request, Func<Call, CrdrPair, CrdrRequest, CancellationToken, Task<CrdrRequest>>? complete = null)
    {
        Argument<string> pair = new("pair") { Description = "The pair" };
        Option<bool> whatIf = new("--what-if") { Description = "Show the plan and change nothing" };
        Common common = new();
        Command command = new(name, description) { pair, whatIf };
        request.AddTo(command);
        common.AddTo(command, asks: true);
        command.SetAction(Common.Guarded(async (parsed, ct) =>
        {
            using Call call = common.Open(parsed);
            CrdrPair chosen = call.Pair(parsed.GetValue(pair)!);
            CrdrRequest asked = request.Read(parsed);
            if (complete is not null) asked = await complete(call, chosen, asked, ct);
            if (parsed.GetValue(whatIf))
            {
                CrdrPlan plan = await call.Crdr.PlanAsync(chosen, asked, null, call.Host, ct);
                if (call.Json) Output.Json(plan, Output.AsJson.CrdrPlan);
                else Output.Plan(Output.Out, plan);
                return plan.Blocked ? ExitCode.Refused : ExitCode.Success;
            }
            CrdrOperation operation = await call.Crdr.RunAsync(chosen, asked, null, call.Host, ct);
            call.Write(operation);
            return ExitCode.Of(operation);
        }));
        return command;
    }
}
