namespace CrdrTools.Core.Operations;

/// <summary>What a head (PowerShell, <c>crdr</c>, a test) lends for one call.</summary>
public interface IOperationHost
{
    /// <summary>Whether a job with nobody at the prompt runs this (Azure Automation).</summary>
    bool Unattended { get; }

    /// <summary>Something moved.</summary>
    void OnProgress(CrdrProgress progress);

    /// <summary>Something worth a line.</summary>
    void OnNotice(FindingSeverity severity, string text);

    /// <summary>Detail for whoever asked for it.</summary>
    void OnTrace(string text);

    /// <summary>Shows the plan and asks. False: nothing is to be done.</summary>
    Task<bool> ConfirmAsync(CrdrPlan plan);

    /// <summary>A route of the type <c>InProcess</c>, which only the head that described the pair can move.</summary>
    Routes.IRoute? InProcessRoute(CrdrPair pair, CrdrRoute route);

    /// <summary>Resolves <c>secret:[vault/]name</c>, where the head can.</summary>
    Task<string?> GetSecretAsync(string? vault, string name);
}
