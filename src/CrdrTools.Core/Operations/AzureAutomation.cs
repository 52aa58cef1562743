namespace CrdrTools.Core.Operations;

/// <summary>Whether this process is an Azure Automation job, with nobody at the prompt, by the environment it sets.</summary>
public static class AzureAutomation
{
    /// <summary>It is.</summary>
    public static bool IsHost =>
        Environment.GetEnvironmentVariable("AZUREPS_HOST_ENVIRONMENT")?.StartsWith("AzureAutomation", StringComparison.OrdinalIgnoreCase) == true
        || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("AUTOMATION_ASSET_SANDBOX_ID"));
}
