using CrdrTools.Core.Routes.Rfc2136;

namespace CrdrTools.IntegrationTests.Rfc2136;

public class DnsCodecTests
{
    private static readonly DnsName s_zone = DnsName.Read("example.test")!, s_name = DnsName.Read("App.example.test.")!;
    private static readonly DateTimeOffset s_time = DateTimeOffset.FromUnixTimeSeconds(1700000000);

    private static TsigKey Key(TsigAlgorithm algorithm) => new(DnsName.Read("CRDR.key")!, algorithm, [.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    private static DnsMessage Update() => DnsMessage.Replace(0xBEEF, s_zone, s_name, DnsType.Cname, [DnsRecord.DataOf(DnsType.Cname, "a.example.test")!], [DnsRecord.DataOf(DnsType.Cname, "b.example.test.")!], 60);

    /// <summary>An answer with names that point back, as servers send it: app is an alias of b, both in example.test.</summary>
    private static byte[] Answer() => Convert.FromHexString("1234840000010002000000000361707007657861 6D706C650474657374000005 0001C00C00050001000000 3C00040162C010C00C000100010000003C00047F000001".Replace(" ", ""));

    [Fact]
    public void A_query_is_as_the_standard_has_it() =>
        Assert.Equal("123400000001000000000000" + "076578616D706C6503636F6D00" + "00010001", Convert.ToHexString(DnsMessage.Query(0x1234, DnsName.Read("example.com.")!, DnsType.A).ToWire()));

    /// <summary>The bytes are another implementation's: zone, what must stand there, what is taken away, what is put there.</summary>
    [Fact]
    public void An_update_replaces_one_set_of_records_if_it_is_the_one_that_was_seen() => Assert.Equal(
        "beef28000001000100020000076578616d706c650474657374000006000103417070076578616d706c65047465737400000500010000000000100161076578616d706c6504746573740003417070076578616d706c65047465737400"
        + "000500ff00000000000003417070076578616d706c65047465737400000500010000003c00100162076578616d706c65047465737400", Convert.ToHexStringLower(Update().ToWire()));

    [Fact]
    public void Where_nothing_was_seen_nothing_may_stand()
    {
        DnsRecord prerequisite = Assert.Single(DnsMessage.Replace(1, s_zone, s_name, DnsType.A, [], [[127, 0, 0, 1]], 60).Answers);
        Assert.Equal((DnsType.A, DnsClass.None, 0u, 0), (prerequisite.Type, prerequisite.Class, prerequisite.Ttl, prerequisite.Data.Length));
    }

    [Theory]
    [InlineData(false, "baed5e5244f79b710bf7515d12b8df4bf0a3a792ad9c41c6570b8d26b2d151a4")]
    [InlineData(true, "379e2931d6eec1d06cd513f0259c1b6d5ffb60430adae52abbdf40c727e1d3b8972186ebb3b6cb60808c45bcd28173bbd84e0815441c240ecc90db9f995e1594")]
    public void A_signature_is_what_another_implementation_computes(bool longer, string mac)
    {
        (byte[] message, byte[] signed) = Tsig.Sign(Update(), Key(longer ? TsigAlgorithm.HmacSha512 : TsigAlgorithm.HmacSha256), s_time);
        Assert.Equal(mac, Convert.ToHexStringLower(signed));
        TsigData data = Tsig.Of(DnsMessage.Read(message))!;
        Assert.Equal((s_time.ToUnixTimeSeconds(), 300, (ushort)0xBEEF, DnsCode.NoError), (data.Time, data.Fudge, data.OriginalId, data.Error));
        Assert.Equal(signed, data.Mac);
    }

    [Fact]
    public void An_answer_holds_only_as_it_was_signed()
    {
        TsigKey key = Key(TsigAlgorithm.HmacSha256);
        (byte[] message, _) = Tsig.Sign(Update(), key, s_time);
        Assert.True(Holds(message, key, [], s_time));
        Assert.True(Holds(message, key, [], s_time.AddSeconds(300)));
        Assert.False(Holds(message, key, [], s_time.AddSeconds(301)));
        Assert.False(Holds(message, key, [1, 2, 3], s_time));
        Assert.False(Holds(message, key with { Secret = [1] }, [], s_time));
        Assert.False(Holds(message, key with { Name = s_zone }, [], s_time));
        Assert.False(Holds(message, key with { Algorithm = TsigAlgorithm.HmacSha512 }, [], s_time));
        Assert.False(Holds(Update().ToWire(), key, [], s_time));
        message[2] ^= 0x80;
        Assert.False(Holds(message, key, [], s_time));

        static bool Holds(byte[] bytes, TsigKey key, byte[] requestMac, DateTimeOffset now) => Tsig.Holds(bytes, DnsMessage.Read(bytes), key, requestMac, now);
    }

    [Fact]
    public void Names_that_point_back_are_read_in_full()
    {
        DnsMessage answer = DnsMessage.Read(Answer());
        Assert.True(answer is { IsResponse: true, Authoritative: true, Truncated: false, Code: DnsCode.NoError, Id: 0x1234 });
        Assert.Equal(s_name, answer.Answers[0].Name);
        Assert.Equal("b.example.test.", DnsRecord.Say(DnsType.Cname, answer.Answers[0].Data));
        Assert.Equal("127.0.0.1", DnsRecord.Say(DnsType.A, answer.Answers[1].Data));
        Assert.Equal(60u, answer.Answers[1].Ttl);
    }

    [Fact]
    public void What_is_written_is_read_as_it_was()
    {
        (byte[] bytes, _) = Tsig.Sign(Update(), Key(TsigAlgorithm.HmacSha512), s_time);
        Assert.Equal(bytes, DnsMessage.Read(bytes).ToWire());
    }

    [Fact]
    public void What_is_cut_short_is_never_taken_for_a_message()
    {
        foreach (byte[] whole in new[] { Answer(), Update().ToWire(), Tsig.Sign(Update(), Key(TsigAlgorithm.HmacSha256), s_time).Message })
            for (int length = 0; length < whole.Length; length++) Assert.Throws<FormatException>(() => DnsMessage.Read(whole[..length]));
    }

    [Fact]
    public void Damaged_bytes_are_read_or_refused_and_nothing_else()
    {
        Random random = new(2136);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = i % 2 == 0 ? Answer() : Tsig.Sign(Update(), Key(TsigAlgorithm.HmacSha256), s_time).Message;
            for (int j = random.Next(1, 6); j > 0; j--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                DnsMessage read = DnsMessage.Read(bytes);
                _ = Tsig.Of(read);
                foreach (DnsRecord record in read.Answers) _ = DnsRecord.Say(record.Type, record.Data);
            }
            catch (FormatException)
            {
                // As it should.
            }
        }
    }

    [Theory]
    [InlineData("C000")]
    [InlineData("0161C000")]
    [InlineData("C001")]
    [InlineData("40")]
    [InlineData("3F61")]
    public void A_name_without_an_end_is_refused(string hex) => Assert.Throws<FormatException>(() => new DnsReader(Convert.FromHexString(hex)).Name());

    [Theory]
    [InlineData("example.test", "EXAMPLE.TEST.", true)]
    [InlineData("example.test", "example.tes", false)]
    public void Names_are_equal_whatever_their_case(string a, string b, bool equal) => Assert.Equal(equal, DnsName.Read(a)!.Equals(DnsName.Read(b)));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..b")]
    [InlineData("bücher.example")]
    [InlineData("a b")]
    [InlineData("a\\.b")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.example")]
    public void What_is_no_name_is_not_read(string text) => Assert.Null(DnsName.Read(text));

    [Fact]
    public void A_label_with_a_dot_in_it_is_no_other_name() =>
        Assert.NotEqual(DnsName.Read("a.b"), new DnsReader([3, (byte)'a', (byte)'.', (byte)'b', 0]).Name());

    [Theory]
    [InlineData("notexample.test", false)]
    [InlineData("app.example.test", true)]
    [InlineData("example.test", true)]
    public void A_name_is_in_its_zone_by_whole_labels(string name, bool within) => Assert.Equal(within, DnsName.Read(name)!.IsIn(s_zone));

    [Theory]
    [InlineData(1, "10.0.0.2,10.0.0.1", "10.0.0.1, 10.0.0.2")]
    [InlineData(28, "::1", "::1")]
    [InlineData(28, "2001:DB8::0:1", "2001:db8::1")]
    [InlineData(5, "DB.example.test", "db.example.test.")]
    public void Values_are_compared_as_sets(int type, string text, string words) => Assert.Equal(words, DnsValue.Read((DnsType)type, text)!.Words);

    [Theory]
    [InlineData(1, "::1")]
    [InlineData(1, "10.1")]
    [InlineData(1, "db.example.test")]
    [InlineData(28, "10.0.0.1")]
    [InlineData(5, "a.test,b.test")]
    [InlineData(6, "a.test")]
    public void A_value_of_another_type_is_none(int type, string text) => Assert.Null(DnsValue.Read((DnsType)type, text));
}
