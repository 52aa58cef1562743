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
    public static Task<string> ResolveAsync(CrdrPair pair, IOperationHost host) => pair.Secret is { } reference
        ? ResolveAsync(reference, $"The token of '{pair.Name}'", "Set it, or give -Token (crdr: --secret env:OTHER).", host)
        : throw Missing($"The pair '{pair.Name}' does not say where its token is found.", "Give -Token, or register the pair with -Secret env:NAME (crdr: --secret env:NAME).");

    /// <summary>What a reference leads to.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="what">What is meant, in words.</param>
    /// <param name="advice">What to do when it is not there.</param>
    /// <param name="host">The head.</param>
    public static async Task<string> ResolveAsync(string reference, string what, string? advice, IOperationHost host)
    {
        if (Complaint(reference) is { } complaint) throw Missing($"{what}: {complaint}.", null);
        if (reference.StartsWith("env:", StringComparison.Ordinal))
        {
            string name = reference.Substring(4);
            return Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value
                : throw Missing($"{what} should be in the environment variable {name}, which is not set.", advice);
        }
        string path = reference.Substring(7);
        int slash = path.IndexOf('/');
        string? vault = slash < 0 ? null : path.Substring(0, slash);
        string secret = slash < 0 ? path : path.Substring(slash + 1);
        return await host.GetSecretAsync(vault, secret).ConfigureAwait(false) is { Length: > 0 } found ? found
            : throw Missing($"{what} should be the secret '{path}', which is not there.", advice);
    }

    private static CrdrException Missing(string message, string? advice) => new(CrdrErrorKind.Authentication, "SecretMissing", message, advice);
}
