using CrdrTools.Core.Routes;
using CrdrTools.Core.Routes.PgBouncer;

namespace CrdrTools.IntegrationTests.PgBouncer;

public class PgWireTests
{
    [Fact]
    public void A_startup_message_is_as_the_protocol_has_it() =>
        Assert.Equal("00-00-00-42-00-03-00-00", BitConverter.ToString(PgWire.Startup("admin", "pgbouncer"), 0, 8));

    [Fact]
    public void A_query_is_its_text_and_a_zero() => Assert.Equal("51-00-00-00-09-52-45-4C-4F-00", BitConverter.ToString(PgWire.Query("RELO")));

    [Fact]
    public void An_md5_answer_is_the_hash_of_the_hash() => Assert.Equal("md5911f527656472583a006e7727877b33e", PgWire.Md5("app", "secret", [1, 2, 3, 4]));

    [Fact]
    public void Rows_are_read_by_name_and_a_null_is_none()
    {
        byte[] description = [0, 2, .. "name\0"u8, .. new byte[18], .. "port\0"u8, .. new byte[18]];
        byte[] row = [0, 2, 0, 0, 0, 3, .. "app"u8, 0xFF, 0xFF, 0xFF, 0xFF];
        PgRow read = PgWire.Row(PgWire.Columns(description), row);
        Assert.Equal(("app", null, null), (read["name"], read["port"], read["paused"]));
    }

    [Fact]
    public void An_error_has_a_code_and_a_message() => Assert.Equal(("08P01", "no"), PgWire.Error([.. "SERROR\0C08P01\0Mno\0\0"u8]));

    /// <summary>The example of RFC 7677 without its name, which PostgreSQL takes from elsewhere; the figures are computed by another implementation.</summary>
    [Fact]
    public void Scram_proves_and_asks_for_proof()
    {
        Scram scram = new("pencil", "rOprNGfwEbeRWgbNEkqO");
        Assert.Equal("n,,n=,r=rOprNGfwEbeRWgbNEkqO", scram.First);
        string? proof = scram.Proof("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096");
        Assert.Equal("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=qvT2SWdEH5Q06albL+hjSYuUhCG7VndFyzIb7CK4n9k=", proof);
        Assert.True(scram.Accepts("v=3HO6Qt1M4MKJrmlKaoOqLAI0/0TV0HZe7J9H3MBtSOg="));
        Assert.False(scram.Accepts("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
    }

    [Theory]
    [InlineData("r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=abc,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=abcdef,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2000000000")]
    [InlineData("e=other-error")]
    public void Scram_answers_no_server_that_makes_no_sense(string first) => Assert.Null(new Scram("pencil", "abc").Proof(first));

    [Theory]
    [InlineData("10.0.0.1:6432", "10.0.0.1", 6432)]
    [InlineData("[::1]:6433", "::1", 6433)]
    [InlineData("[::1]", "::1", 6432)]
    [InlineData("/run/pgbouncer", "/run/pgbouncer", 6432)]
    [InlineData("/run/pgbouncer:7000", "/run/pgbouncer", 7000)]
    [InlineData("bouncer.example", "bouncer.example", 6432)]
    public void Addresses_are_read_as_people_write_them(string text, string host, int port) => Assert.Equal(new ConsoleAddress(host, port), ConsoleAddress.Read(text));

    [Theory]
    [InlineData("")]
    [InlineData(":6432")]
    [InlineData("a:b")]
    [InlineData("a:70000")]
    [InlineData("::1")]
    public void What_is_no_address_is_not_read(string text) => Assert.Null(HostPort.Read(text, 6432));

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("::1", "0:0:0:0:0:0:0:1", true)]
    [InlineData("DB.example", "db.EXAMPLE", true)]
    [InlineData("db.example", "10.0.0.1", false)]
    public void Hosts_are_compared_by_what_they_mean(string a, string b, bool same) => Assert.Equal(same, HostPort.Same(a, b));
}
