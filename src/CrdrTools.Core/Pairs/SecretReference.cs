using CrdrTools.Core.Operations;

namespace CrdrTools.Core.Pairs;

/// <summary>Where a secret is found: <c>env:NAME</c> or <c>secret:[vault/]name</c>.</summary>
public static class SecretReference
{
    /// <summary>What is wrong with a reference, or <see langword="null"/>.</summary>
    public static string? Complaint(string? reference) =>
        reference is null || (reference.StartsWith("env:", StringComparison.Ordinal) && reference.Length > 4)
            || (reference.StartsWith("secret:", StringComparison.Ordinal) && reference.Length > 7)
            ? null
            : "the secret must be a reference, env:NAME or secret:[vault/]name, never the secret itself";

    /// <summary>The secret, looked up now, before anything is sent.</summary>
    public static async Task<string> ResolveAsync(CrdrPair pair, IOperationHost host)
    {
        if (pair.Secret is not { } reference)
            throw Missing($"The pair '{pair.Name}' does not say where its token is found.", "Give -Token, or register the pair with -Secret env:NAME (crdr: --secret env:NAME).");
        if (Complaint(reference) is { } complaint) throw Missing($"The pair '{pair.Name}': {complaint}.", null);
        if (reference.StartsWith("env:", StringComparison.Ordinal))
        {
            string name = reference.Substring(4);
            return Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value
                : throw Missing($"The token of '{pair.Name}' should be in the environment variable {name}, which is not set.", "Set it, or give -Token (crdr: --secret env:OTHER).");
        }
        string path = reference.Substring(7);
        int slash = path.IndexOf('/');
        string? vault = slash < 0 ? null : path.Substring(0, slash);
        string secret = slash < 0 ? path : path.Substring(slash + 1);
        return await host.GetSecretAsync(vault, secret).ConfigureAwait(false) is { Length: > 0 } found ? found
            : throw Missing($"The token of '{pair.Name}' should be the secret '{path}', which is not there.", "Give -Token instead.");
    }

    private static CrdrException Missing(string message, string? advice) => new(CrdrErrorKind.Authentication, "SecretMissing", message, advice);
}
