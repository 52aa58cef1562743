using System.Text;

namespace CrdrTools.PowerShell.Common;

/// <summary>Plans in words, for questions and for -WhatIf.</summary>
internal static class PlanText
{
    /// <summary>What would be done.</summary>
    public static string What(CrdrPlan plan)
    {
        StringBuilder text = new();
        text.Append($"{plan.Verb} of {plan.Pair}, now {plan.Phase}{(plan.To is { } to ? $"; {(plan.Verb == CrdrVerb.SwitchRoute ? "clients" : "writes")} go to the {to} side" : "")}:");
        List<CrdrStep> left = [.. plan.Steps.Where(s => s.State != StepProgress.Done)];
        if (left.Count == 0) text.AppendLine().Append("  Nothing: all of it is so already.");
        for (int i = 0; i < left.Count; i++) text.AppendLine().Append($"  {i + 1}. {left[i].Effect}{(left[i].PointOfNoReturn ? " (no way back from here)" : "")}");
        return text.ToString();
    }

    /// <summary>What one should know before saying yes.</summary>
    public static string Warnings(CrdrPlan plan)
    {
        StringBuilder text = new();
        foreach (CrdrCheck check in plan.Checks.Where(c => c.Result != CheckResult.Pass)) text.AppendLine().Append($"  {Say(check)}");
        return text.AppendLine().Append($"  The lease keeps out {plan.Lease}.").ToString();
    }

    /// <summary>All of it, checks that pass included.</summary>
    public static string Whole(CrdrPlan plan, CrdrOperation? open)
    {
        StringBuilder text = new(What(plan));
        if (open is not null)
        {
            text.AppendLine().Append($"  {open.Id} ({open.Verb}) has begun and not ended: the same request takes it up, another is refused.");
        }
        foreach (CrdrCheck check in plan.Checks) text.AppendLine().Append($"  {Say(check)}");
        if (plan.Blocked) text.AppendLine().Append("  So it would be refused, and nothing would be changed.");
        return text.ToString();
    }

    /// <summary>An operation that is to be taken up again.</summary>
    public static string Again(CrdrOperation open)
    {
        StringBuilder text = new($"Take up {open.Id} again: {open.Verb} of {open.Pair}, begun {open.Began:yyyy-MM-dd HH:mm:ss}Z by {open.Who}. Left to be done:");
        foreach (CrdrStep step in open.Steps.Where(s => s.State is StepProgress.Pending or StepProgress.Underway))
            text.AppendLine().Append($"  {step.Effect}{(step.State == StepProgress.Underway ? " (was asked for)" : step.PointOfNoReturn ? " (no way back from here)" : "")}");
        return text.ToString();
    }

    private static string Say(CrdrCheck check) =>
        $"{(check.Overridden ? "Overridden" : check.Result.ToString()),-5} {check.Name}: {check.Why}{(check is { Override: { } how, Overridden: false, Result: CheckResult.Block } ? $" (override: {how})" : "")}";
}
