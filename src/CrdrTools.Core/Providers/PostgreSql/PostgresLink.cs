using System.Data;
using System.Diagnostics;
using CrdrTools.Core.Http;
using Npgsql;

namespace CrdrTools.Core.Providers.PostgreSql;

/// <summary>One connection to a member, kept open so that nothing has to be opened while clients wait. Used by one at a time.</summary>
internal sealed class PostgresLink(MemberSettings member, string? password) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3), s_shortPatience = TimeSpan.FromSeconds(1), s_memory = TimeSpan.FromSeconds(30);

    private NpgsqlConnection? _open;
    private bool _held;
    private long? _silent;

    public MemberSettings Member => member;

    /// <summary>
    /// How long it has to let one in, and to answer a question that says nothing else. A server that hangs takes connections and says nothing: one that has kept us
    /// waiting in vain a moment ago is asked anew each time, and not given that long again.
    /// </summary>
    public TimeSpan Patience => _silent is { } since && Stopwatch.GetElapsedTime(since) < s_memory ? s_shortPatience : s_patience;

    /// <summary>Whether the next question goes over a connection that is open already.</summary>
    public bool IsOpen => _open is { State: ConnectionState.Open };

    /// <summary>The first value of a statement, as PostgreSQL prints it. Opens the connection where there is none.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="limit">How long it may take; <see cref="Patience"/> unless told.</param>
    /// <param name="ct">Ends it.</param>
    /// <param name="again">Whether it is long and will be asked again: then it is planned once a connection, which is most of what it costs.</param>
    public async Task<string?> AskAsync(string sql, TimeSpan? limit = null, CancellationToken ct = default, bool again = false)
    {
        using NpgsqlCommand command = await CommandAsync(sql, limit, ct).ConfigureAwait(false);
        try
        {
            if (again) await command.PrepareAsync(ct).ConfigureAwait(false);
            object? value = await command.ExecuteScalarAsync(ct).ConfigureAwait(false);
            _silent = null;
            return value as string;
        }
        catch (Exception e) when (e is NpgsqlException or IOException or System.Net.Sockets.SocketException or TimeoutException or InvalidOperationException)
        {
            throw Trouble(e);
        }
    }

    /// <summary>The same over the open connection without a thread in between, for a moment in which clients wait: an answer is there in 0.1 ms.</summary>
    public string? Ask(string sql, TimeSpan? limit = null)
    {
        if (_open is not { State: ConnectionState.Open }) return AskAsync(sql, limit).GetAwaiter().GetResult();
        using NpgsqlCommand command = Command(sql, limit);
        try
        {
            return command.ExecuteScalar() as string;
        }
        catch (Exception e) when (e is NpgsqlException or IOException or System.Net.Sockets.SocketException or TimeoutException)
        {
            throw Trouble(e);
        }
    }

    /// <summary>Opens it now, so that the next question finds it open.</summary>
    public async Task OpenAsync(CancellationToken ct) => (await CommandAsync("", null, ct).ConfigureAwait(false)).Dispose();

    /// <summary>
    /// From here to <see cref="Release"/> a connection that was lost is not opened anew: what was locked on it is not locked any more, and whoever comes back
    /// from a long sleep must notice (safety rules S13, S14).
    /// </summary>
    public void Hold() => _held = true;

    /// <summary>It may be opened anew again.</summary>
    public void Release() => _held = false;

    /// <summary>What is asked next is asked over a new connection: a proof that the server lets one in.</summary>
    public void Dispose()
    {
        _open?.Dispose();
        _open = null;
    }

    private async Task<NpgsqlCommand> CommandAsync(string sql, TimeSpan? limit, CancellationToken ct)
    {
        if (_open is { State: not ConnectionState.Open }) Dispose();
        if (_open is null && _held)
            throw new VendorException(CrdrErrorKind.Connection, "ConnectionLost", $"The connection to {member.Name} that held the lock was lost.", VendorVerdict.NotDone);
        if (_open is null)
        {
            // Not pooled: what is closed must be gone, with the advisory lock that it held.
            NpgsqlDataSourceBuilder builder = new(new NpgsqlConnectionStringBuilder(member.Connection.ConnectionString) { Password = password, Pooling = false, Timeout = (int)Patience.TotalSeconds }.ConnectionString);
            builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
            NpgsqlConnection connection = builder.Build().CreateConnection();
            try
            {
                await connection.OpenAsync(ct).ConfigureAwait(false);
            }
            catch (Exception e) when (e is NpgsqlException or IOException or System.Net.Sockets.SocketException or TimeoutException)
            {
                connection.Dispose();
                throw Trouble(e);
            }
            _open = connection;
        }
        return Command(sql, limit);
    }

    private NpgsqlCommand Command(string sql, TimeSpan? limit) =>
        new(sql, _open) { AllResultTypesAreUnknown = true, CommandTimeout = (int)Math.Ceiling((limit ?? Patience).TotalSeconds) };

    /// <summary>The error's id where the asker's own name service or network is what failed: that says nothing of the server.</summary>
    public const string NotReachedFromHere = "NotReachedFromHere";

    private static bool OfOurs(Exception root) => root is System.Net.Sockets.SocketException
    {
        SocketErrorCode: System.Net.Sockets.SocketError.HostNotFound or System.Net.Sockets.SocketError.NoData or System.Net.Sockets.SocketError.TryAgain
            or System.Net.Sockets.SocketError.NetworkDown or System.Net.Sockets.SocketError.NetworkUnreachable,
    };

    /// <summary>What went wrong, in the engine's words: refused by the server, or never known to have reached it.</summary>
    private CrdrException Trouble(Exception e)
    {
        if (e is PostgresException said)
        {
            if (said.SqlState is "57P01" or "57P02" or "57P03") Dispose();
            return said.SqlState switch
            {
                "28P01" or "28000" => new VendorException(CrdrErrorKind.Authentication, "AuthenticationFailed", $"{member.Name} ({member.Endpoint}) refuses the user {(string.IsNullOrEmpty(member.Connection.Username) ? "that the system calls us by, for none is named" : member.Connection.Username)}: {said.MessageText}.",
                    VendorVerdict.NotDone, inner: e, advice: said is { SqlState: "28000", MessageText: var text } && text.EndsWith("does not exist", StringComparison.Ordinal) ? $"Make that role there, or name another one in '{MemberSettings.Prefix(member.Side)}Connection' (Username=…)." : null),
                "42501" => new VendorException(CrdrErrorKind.PermissionDenied, "PermissionDenied", $"{member.Name} lets {member.Connection.Username} not do that: {said.MessageText}.", VendorVerdict.NotDone, inner: e),
                "57P01" or "57P02" or "57P03" => new VendorException(CrdrErrorKind.Unavailable, "VendorUnavailable", $"{member.Name} ({member.Endpoint}) takes no connections now: {said.MessageText}.", VendorVerdict.Unknown, inner: e),
                _ => new VendorException(CrdrErrorKind.Refused, "SqlRefused", $"{member.Name} refused: {said.MessageText}.", VendorVerdict.NotDone, inner: e),
            };
        }
        Dispose();
        if (e is NpgsqlException && e.Message.Contains("No password has been provided", StringComparison.Ordinal))
        {
            string prefix = MemberSettings.Prefix(member.Side);
            return new VendorException(CrdrErrorKind.Authentication, "AuthenticationFailed", $"{member.Name} ({member.Endpoint}) asks the user {member.Connection.Username} for a password, and the pair has none for it: give '{prefix}Password'.", VendorVerdict.NotDone, inner: e);
        }
        Exception root = e.GetBaseException();
        if (root is TimeoutException) _silent = Stopwatch.GetTimestamp();
        bool refused = root is System.Net.Sockets.SocketException { SocketErrorCode: System.Net.Sockets.SocketError.ConnectionRefused };
        return new VendorException(root is TimeoutException ? CrdrErrorKind.Timeout : CrdrErrorKind.Connection, refused ? "MemberRefuses" : OfOurs(root) ? NotReachedFromHere : "VendorUnreachable",
            $"{member.Name} ({member.Endpoint}) {(refused ? "refuses connections" : $"cannot be reached: {root.Message.TrimEnd('.')}")}.", refused ? VendorVerdict.NotDone : VendorVerdict.Unknown, inner: e);
    }
}
