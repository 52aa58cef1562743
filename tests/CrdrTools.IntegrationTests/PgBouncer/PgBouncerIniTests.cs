using CrdrTools.Core.Routes.PgBouncer;

namespace CrdrTools.IntegrationTests.PgBouncer;

public class PgBouncerIniTests
{
    [Theory]
    [InlineData("[databases]\napp = host=a port=1\n", "[databases]\napp = host=b port=2\n")]
    [InlineData("[databases]\r\napp=port=1 host=a dbname=x\r\n", "[databases]\r\napp=port=2 host=b dbname=x\r\n")]
    [InlineData("app = host=a port=1", "app = host=b port=2")]
    [InlineData("[databases]\napp = host='a' port='1' password='it''s host=a' \n", "[databases]\napp = host=b port=2 password='it''s host=a' \n")]
    [InlineData("[databases]\napp = host = a  port = 1\n", "[databases]\napp = host = b  port = 2\n")]
    [InlineData("[databases]\napp = dbname=x\n", "[databases]\napp = dbname=x host=b port=2\n")]
    [InlineData("[databases]\napp =\n", "[databases]\napp =host=b port=2\n")]
    [InlineData("[databases]\n'app' = host=a port=1\n", "[databases]\n'app' = host=b port=2\n")]
    [InlineData("[databases]\n; app = host=a\n#app = host=a\napp = host=a port=1\napp2 = host=a port=1\n", "[databases]\n; app = host=a\n#app = host=a\napp = host=b port=2\napp2 = host=a port=1\n")]
    [InlineData("[databases]\napp = host=a port=1\napp = host=c port=3\n", "[databases]\napp = host=b port=2\napp = host=b port=2\n")]
    [InlineData("[databases]\napp = host=a port=1\n[users]\napp = pool_mode=session\n[databases]\n", "[databases]\napp = host=b port=2\n[users]\napp = pool_mode=session\n[databases]\n")]
    [InlineData("[databases]\napp = hostaddr=a host=a,c port=1\n", "[databases]\napp = hostaddr=a host=b port=2\n")]
    public void Only_host_and_port_of_the_database_change(string before, string after) => Assert.Equal(after, PgBouncerIni.Rewrite(before, "app", "b", 2));

    [Fact]
    public void What_leads_there_already_stays_as_it_is()
    {
        const string Text = "[databases]\napp = host='b' port=5432 user=x\n";
        Assert.Equal(Text, PgBouncerIni.Rewrite(Text, "app", "b", 5432));
        Assert.Equal("[databases]\napp = host=b\n", PgBouncerIni.Rewrite("[databases]\napp = host=b\n", "app", "b", 5432));
    }

    [Fact]
    public void A_host_that_needs_quotes_gets_them() =>
        Assert.Equal("[databases]\napp = host='/run/it''s here' port=2\n", PgBouncerIni.Rewrite("[databases]\napp = host=a port=1\n", "app", "/run/it's here", 2));

    [Fact]
    public void Every_byte_survives()
    {
        byte[] bytes = [.. Enumerable.Range(1, 255).Select(i => (byte)i)];
        string text = $"; {PgBouncerIni.Bytes.GetString(bytes).Replace("\n", "")}\n[databases]\napp = host=a port=1";
        Assert.Equal(PgBouncerIni.Bytes.GetBytes(text.Replace("host=a port=1", "host=b port=2")), PgBouncerIni.Bytes.GetBytes(PgBouncerIni.Rewrite(text, "app", "b", 2)!));
    }

    [Fact]
    public void A_name_outside_ASCII_is_found_as_the_file_spells_it()
    {
        string text = PgBouncerIni.Bytes.GetString("[databases]\n'bücher' = host=a\n"u8.ToArray());
        Assert.Equal(("a", 5432), PgBouncerIni.Read(text, "bücher"));
        Assert.Null(PgBouncerIni.Read(text, "app"));
    }

    [Theory]
    [InlineData("[databases]\napp = host=a port=1\n", "a", 1)]
    [InlineData("[databases]\napp = port=7\n", null, 7)]
    [InlineData("[databases]\napp = host=a\napp = host=b port=2\n", "b", 2)]
    public void It_says_where_clients_would_be_sent(string text, string? host, int port) => Assert.Equal((host, port), PgBouncerIni.Read(text, "app"));

    [Theory]
    [InlineData("[databases]\n* = host=a\n")]
    [InlineData("[pgbouncer]\napp = host=a\n")]
    [InlineData("")]
    public void A_file_without_the_entry_is_not_touched(string text)
    {
        Assert.Null(PgBouncerIni.Rewrite(text, "app", "b", 2));
        Assert.Null(PgBouncerIni.Read(text, "app"));
    }

    [Theory]
    [InlineData("[databases]\napp = host='a\n")]
    [InlineData("[databases]\napp = host\n")]
    [InlineData("[databases]\n'app = host=a\n")]
    [InlineData("[databases]\nwhat is this\n")]
    public void What_PgBouncer_could_not_read_is_not_rewritten(string text) =>
        Assert.Equal("PgBouncerConfigUnreadable", Assert.Throws<CrdrException>(() => PgBouncerIni.Rewrite(text, "app", "b", 2)).ErrorId);
}
