using System.Management.Automation.Runspaces;
using System.Net;
using System.Security;

namespace CrdrTools.PowerShell.Common;

/// <summary>Asks SecretManagement, where it is there.</summary>
internal static class SecretVault
{
    /// <summary>On the pipeline's thread.</summary>
    public static string? Get(CommandInvocationIntrinsics invoke, string? vault, string name)
    {
        if (invoke.GetCommand("Get-Secret", CommandTypes.Cmdlet | CommandTypes.Function | CommandTypes.Alias) is null)
        {
            throw new CrdrException(CrdrErrorKind.Authentication, "SecretManagementMissing",
                $"The token is said to be the secret '{name}', and there is no command Get-Secret here.",
                "Install Microsoft.PowerShell.SecretManagement and a vault, or give -Token.");
        }
        object? found;
        try
        {
            ScriptBlock ask = ScriptBlock.Create("param($n, $v) if ($v) { Get-Secret -Name $n -Vault $v -ErrorAction Stop } else { Get-Secret -Name $n -ErrorAction Stop }");
            found = invoke.InvokeScript(true, ask, null, name, vault).FirstOrDefault()?.BaseObject;
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            throw new CrdrException(CrdrErrorKind.Authentication, "SecretMissing", $"Get-Secret does not give the secret '{name}': {e.Message}", "Unlock the vault, or give -Token.", e);
        }
        return found switch
        {
            SecureString secure => new NetworkCredential("", secure).Password,
            PSCredential credential => credential.GetNetworkCredential().Password,
            string text => text,
            null => null,
            _ => throw new CrdrException(CrdrErrorKind.Authentication, "SecretMissing", $"The secret '{name}' is a {found.GetType().Name}; a token is a SecureString, a string or a credential."),
        };
    }
}
