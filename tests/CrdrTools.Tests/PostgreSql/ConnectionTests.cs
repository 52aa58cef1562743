using CrdrTools.Core.Providers.PostgreSql;
using CrdrTools.Core.Sql;
using Npgsql;

namespace CrdrTools.Tests.PostgreSql;

/// <summary>How a server of one's own is asked for TLS: as psql does, whichever way its address is written.</summary>
public class ConnectionTests
{
    [Theory]
    [InlineData("postgresql://crdr@db-a:5433/app", SslMode.Prefer)]
    [InlineData("Host=db-a;Port=5433;Username=crdr;Database=app", SslMode.Prefer)]
    [InlineData("postgresql://crdr@db-a:5433/app?sslmode=verify-full", SslMode.VerifyFull)]
    [InlineData("postgresql://crdr@db-a:5433/app?sslmode=verify-ca", SslMode.VerifyCA)]
    [InlineData("postgresql://crdr@db-a:5433/app?sslmode=disable", SslMode.Disable)]
    [InlineData("Host=db-a;Port=5433;Username=crdr;Database=app;SSL Mode=VerifyFull", SslMode.VerifyFull)]
    public void It_prefers_it_unless_told(string text, SslMode mode)
    {
        CrdrPair pair = new() { Name = "p", Provider = "PostgreSql", Primary = new() { Name = "a" }, Recovery = new() { Name = "b" }, Settings = new Dictionary<string, string> { ["primaryConnection"] = text } };
        NpgsqlConnectionStringBuilder read = MemberSettings.Read(pair, Side.Primary).Connection;
        Assert.Equal(("db-a", 5433, "crdr", "app", mode), (read.Host, read.Port, read.Username, read.Database, read.SslMode));
    }

    [Fact]
    public void A_cloud_is_asked_for_a_certificate_that_is_verified() =>
        Assert.Equal(SslMode.VerifyFull, new NpgsqlConnectionStringBuilder(ConnectionText.Read("postgresql://crdr@db.example:26257/app")).SslMode);
}
