using System.Reflection;

namespace CrdrTools.PowerShell.Common;

/// <summary>The base of the cmdlets that ask before they put service or data at stake.</summary>
public abstract class AskingCmdlet : SecretCmdlet
{
    /// <summary>Does not ask. Skips the question and nothing else: guards have switches of their own, and -WhatIf still wins.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Whether only the plan is wanted.</summary>
    private protected bool OnlyWhatIf { get; private set; }

    /// <summary>Whether a yes was said beforehand.</summary>
    private protected bool MayGoUnasked { get; private set; }

    private bool WouldAsk { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        OnlyWhatIf = MyInvocation.BoundParameters.TryGetValue("WhatIf", out object? whatIf)
            ? LanguagePrimitives.IsTrue(whatIf)
            : LanguagePrimitives.IsTrue(SessionState.PSVariable.GetValue("WhatIfPreference"));
        bool confirmBound = MyInvocation.BoundParameters.TryGetValue("Confirm", out object? confirm);
        MayGoUnasked = Force && !OnlyWhatIf && !confirmBound;
        WouldAsk = !MayGoUnasked && !OnlyWhatIf && (confirmBound
            ? LanguagePrimitives.IsTrue(confirm)
            : IsGraveEnough(SessionState.PSVariable.GetValue("ConfirmPreference")));
    }

    /// <summary>Whether PowerShell itself would ask, by the preference and how grave the cmdlet says it is.</summary>
    private bool IsGraveEnough(object? preference)
    {
        ConfirmImpact impact = GetType().GetCustomAttribute<CmdletAttribute>()!.ConfirmImpact;
        return !LanguagePrimitives.TryConvertTo(preference, out ConfirmImpact from) || (from != ConfirmImpact.None && impact >= from);
    }

    /// <summary>On the pipeline's thread: asks. <see langword="null"/> when nobody is there to be asked.</summary>
    private protected bool? MayGo(string what, string warnings)
    {
        if (MayGoUnasked) return true;
        if (WouldAsk && Desk.Unattended) return null;
        try
        {
            return ShouldProcess(what, $"{what}{warnings}{Environment.NewLine}Go ahead?", "Confirm");
        }
        catch (Exception e) when (e is not (PipelineStoppedException or ActionPreferenceStopException))
        {
            // Hosts say in many ways that nobody is there: non-interactive, no face, standard input at its end (a null reference).
            return null;
        }
    }

    /// <summary>The refusal then.</summary>
    private protected static CrdrException NobodyThere() => new(CrdrErrorKind.Refused, "NonInteractive",
        "Nobody can be asked here, and nobody said yes beforehand: nothing was changed.", "Look at the plan with -WhatIf, then give -Force or -Confirm:$false.");
}
