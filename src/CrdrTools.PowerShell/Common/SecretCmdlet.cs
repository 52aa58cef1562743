using System.Net;
using System.Security;

namespace CrdrTools.PowerShell.Common;

/// <summary>The base of the cmdlets that talk to a vendor.</summary>
public abstract class SecretCmdlet : CoreCmdlet
{
    /// <summary>The vendor's token. Where the pair says (env:NAME, secret:[vault/]name) unless given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SecureString? Token { get; set; }

    private protected string? PlainToken => Token is null ? null : new NetworkCredential("", Token).Password;
}
