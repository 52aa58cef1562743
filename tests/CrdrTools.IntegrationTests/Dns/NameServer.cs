using CrdrTools.Core.Routes.Rfc2136;
using CrdrTools.IntegrationTests.PgBouncer;
using CrdrTools.IntegrationTests.Support;

namespace CrdrTools.IntegrationTests.Rfc2136;

/// <summary>A real BIND for the zone example.test: its primary, or a secondary that is told of no change.</summary>
internal sealed class NameServer : IDisposable
{
    public const string Secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", LongSecret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==";

    private readonly OwnedFolder _folder = new();
    private ServerProcess? _process;

    private NameServer(int? primary)
    {
        Port = Free.Port();
        string zone = primary is { } port
            ? $"type secondary; primaries port {port} {{ 127.0.0.1; }}; file \"{_folder.Path}/copy.db\"; masterfile-format text;"
            : $"type primary; file \"{_folder.Path}/zone.db\"; allow-update {{ key crdr; key crdr-long; }}; notify no;";
        if (primary is null)
        {
            _folder.Write("zone.db", """
                $TTL 300
                @       IN SOA ns.example.test. admin.example.test. 1 86400 86400 864000 5
                @       IN NS  ns.example.test.
                ns      IN A   127.0.0.1
                app 58  IN CNAME db1.example.test.
                addr 58 IN A   10.0.0.1
                """ + "\n");
        }
        _folder.Write("named.conf", $$"""
            key "crdr" { algorithm hmac-sha256; secret "{{Secret}}"; };
            key "crdr-long" { algorithm hmac-sha512; secret "{{LongSecret}}"; };
            key "stranger" { algorithm hmac-sha256; secret "{{Secret}}"; };
            options {
              directory "{{_folder.Path}}"; pid-file "{{_folder.Path}}/named.pid"; session-keyfile "{{_folder.Path}}/session.key"; managed-keys-directory "{{_folder.Path}}";
              listen-on port {{Port}} { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; dnssec-validation no; allow-transfer { any; }; minimal-responses yes;
            };
            controls { };
            zone "example.test" { {{zone}} };
            """ + "\n");
        _process = Start();
    }

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port}";

    public DnsServer Server => new("127.0.0.1", Port);

    public static NameServer Primary() => new(null);

    public static NameServer SecondaryOf(NameServer primary) => new(primary.Port);

    /// <summary>Asks this server as anybody would.</summary>
    public async Task<DnsMessage> AskAsync(string name, DnsType type)
    {
        DnsMessage query = DnsMessage.Query(DnsClient.NewId(), DnsName.Read(name)!, type);
        return (await DnsClient.AskAsync(Server, query.ToWire(), query, TimeSpan.FromSeconds(20), CancellationToken.None)).Answer;
    }

    /// <summary>Tells a secondary that there is something new (RFC 1996).</summary>
    public async Task NotifyAsync()
    {
        DnsMessage notify = new() { Id = DnsClient.NewId(), Flags = (4 << 11) | 0x400, Questions = [new(DnsName.Read("example.test")!, DnsType.Soa)] };
        await DnsClient.AskAsync(Server, notify.ToWire(), notify, TimeSpan.FromSeconds(20), CancellationToken.None);
    }

    public void Stop()
    {
        _process?.EndAsync(ServerProcess.SigTerm).GetAwaiter().GetResult();
        _process?.Dispose();
        _process = null;
    }

    /// <summary>Starts again after <see cref="Stop"/>, with what it has on disk.</summary>
    public void Restart() => _process = Start();

    /// <summary>It answers still, and cannot keep what it is told: an update gets SERVFAIL.</summary>
    public void FillDisk() => ServerProcess.RunAsync("chmod", "555", _folder.Path).GetAwaiter().GetResult();

    /// <summary>Mends <see cref="FillDisk"/>.</summary>
    public void MakeRoom() => ServerProcess.RunAsync("chmod", "700", _folder.Path).GetAwaiter().GetResult();

    public void Dispose()
    {
        Stop();
        _folder.Dispose();
    }

    private ServerProcess Start()
    {
        ServerProcess process = ServerProcess.StartAs(OwnedFolder.User, "named", "-g", "-n", "1", "-c", Path.Combine(_folder.Path, "named.conf"));
        Poll.UntilAsync(async () =>
        {
            if (process.HasExited) throw new InvalidOperationException(process.Said);
            DnsMessage query = DnsMessage.Query(DnsClient.NewId(), DnsName.Read("example.test")!, DnsType.Soa);
            try
            {
                // One whose primary is dead answers too: that it cannot.
                return (await DnsClient.AskAsync(Server, query.ToWire(), query, TimeSpan.FromSeconds(2), CancellationToken.None)).Answer is { Authoritative: true } or { Code: DnsCode.ServFail };
            }
            catch (CrdrException)
            {
                return false;
            }
        }, () => $"BIND does not answer: {process.Said}").GetAwaiter().GetResult();
        return process;
    }
}
