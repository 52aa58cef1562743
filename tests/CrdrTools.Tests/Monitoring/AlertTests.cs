using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using CrdrTools.Core;
using CrdrTools.Core.Http;
using CrdrTools.Core.Monitoring;
using CrdrTools.Tests.Support;

namespace CrdrTools.Tests.Monitoring;

/// <summary>Who is told, and that it keeps nobody from looking or acting.</summary>
public sealed class AlertTests : IDisposable
{
    private readonly string _name = $"CRDR_TEST_HOOK_{Guid.NewGuid():N}";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crdr-alert-");
    private readonly ConcurrentQueue<CrdrWatchEvent> _told = [];

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(_name, null);
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_webhook_gets_a_line_for_people_and_the_event_for_programs()
    {
        using Listener listener = new();
        Environment.SetEnvironmentVariable(_name, listener.Address);
        await using Running alerts = Run(new() { Webhook = $"env:{_name}" });
        alerts.Add(Outage);
        JsonElement body = JsonDocument.Parse(await listener.NextAsync()).RootElement;
        Assert.Equal("p: a is dead", body.GetProperty("text").GetString());
        JsonElement happened = body.GetProperty("event");
        Assert.Equal(("Outage", "p", "Error"), (happened.GetProperty("kind").GetString(), happened.GetProperty("pair").GetString(), happened.GetProperty("severity").GetString()));
        Assert.Equal("standby", happened.GetProperty("testimonies")[0].GetProperty("witness").GetString());
        Assert.Equal("crdr status p", happened.GetProperty("nextActions")[0].GetProperty("crdr").GetString());
        Assert.Empty(_told);
    }

    [Fact]
    public async Task Only_what_people_are_woken_for_and_that_it_is_over_is_told()
    {
        using Listener listener = new();
        await using Running alerts = Run(new() { Webhook = listener.Address });
        foreach (WatchEventKind kind in Enum.GetValues<WatchEventKind>())
            alerts.Add(Outage with { Kind = kind, Severity = kind is WatchEventKind.Watching or WatchEventKind.Armed or WatchEventKind.Acting or WatchEventKind.Cleared or WatchEventKind.Seeing or WatchEventKind.Ended ? FindingSeverity.Info : FindingSeverity.Warning });
        List<string> kinds = [];
        while (kinds.LastOrDefault() != "Forgotten") kinds.Add(JsonDocument.Parse(await listener.NextAsync()).RootElement.GetProperty("event").GetProperty("kind").GetString()!);
        // That an alert failed is told where it failed, and nowhere else.
        Assert.Equal(["PhaseChanged", "Disarmed", "Suspected", "Cleared", "Outage", "Vetoed", "Acting", "Acted", "Refused", "Blind", "Seeing", "Forgotten"], kinds);
    }

    [Fact]
    public async Task What_does_not_get_through_is_tried_again_told_once_and_never_by_its_address()
    {
        using Listener listener = new(500, 503);
        await using Running alerts = Run(new() { Webhook = listener.Address });
        alerts.Add(Outage);
        await listener.NextAsync();
        await listener.NextAsync();
        await listener.NextAsync();
        CrdrWatchEvent failed = Assert.Single(_told);
        Assert.Equal((WatchEventKind.AlertFailed, "p"), (failed.Kind, failed.Pair));
        Assert.Contains("it answered 500; it is tried again", failed.Message);
        Assert.DoesNotContain("secret-path", failed.Message);
    }

    [Fact]
    public async Task After_four_tries_it_is_given_up_and_the_next_one_is_told_all_the_same()
    {
        using Listener listener = new(500, 500, 500, 500);
        await using Running alerts = Run(new() { Webhook = listener.Address });
        alerts.Add(Outage);
        alerts.Add(Outage with { Message = "again" });
        for (int i = 0; i < 4; i++) await listener.NextAsync();
        Assert.Contains("p: again", await listener.NextAsync());
        Assert.Equal(["it is tried again", "it is given up"], _told.Select(e => e.Message.Split("; ")[1]));
    }

    [Fact]
    public async Task A_program_gets_what_happened_in_its_environment_and_one_that_cannot_be_run_is_told()
    {
        string file = Path.Combine(_folder.FullName, "heard");
        await using (Running alerts = Run(new() { Hook = ["/bin/sh", "-c", "env | grep ^CRDR_ | sort > \"$0.new\"; mv \"$0.new\" \"$0\"", file] }))
        {
            alerts.Add(Outage with { Operation = "op-1", Phase = CrdrPhase.NoWriter });
            while (!File.Exists(file)) await Task.Yield();
        }
        string[] lines = await File.ReadAllLinesAsync(file);
        foreach (string line in new[] { "CRDR_EVENT=Outage", "CRDR_PAIR=p", "CRDR_SEVERITY=Error", "CRDR_MESSAGE=a is dead", "CRDR_PHASE=NoWriter", "CRDR_OPERATION=op-1", "CRDR_AT=2026-03-01T03:00:00.000Z" }) Assert.Contains(line, lines);
        Assert.Equal("Outage", JsonDocument.Parse(lines.Single(l => l.StartsWith("CRDR_JSON=", StringComparison.Ordinal))["CRDR_JSON=".Length..]).RootElement.GetProperty("kind").GetString());

        using Listener listener = new();
        await using Running missing = Run(new() { Hook = [Path.Combine(_folder.FullName, "no-such-program")], Webhook = listener.Address });
        missing.Add(Outage);
        await listener.NextAsync();
        while (_told.Count < 2) await Task.Yield();
        Assert.Contains("could not be started", _told.First().Message);
    }

    [Fact]
    public async Task S17_A_program_that_hangs_keeps_nobody_from_acting_nor_the_webhook_from_telling_and_a_stop_does_not_wait_for_it()
    {
        using Listener listener = new();
        string pid = Path.Combine(_folder.FullName, "pid");
        using CloudRig rig = new();
        List<CrdrWatchEvent> told = [];
        rig.Crdr.WatchPatience = TimeProvider.System;
        // The vendor's word is one witness; what is asked here is the other.
        string word = Path.Combine(_folder.FullName, "word");
        File.WriteAllText(word, "0");
        using CancellationTokenSource stop = new();
        Watchtower tower = rig.Crdr.Watch([(rig.Pair, rig.Token, rig.Host)], new()
        {
            AutoFailover = true, SoleController = true, Hook = ["/bin/sh", "-c", $"echo $$ >> '{pid}'; exec sleep 1000"], Webhook = listener.Address, Witness = ["/bin/sh", "-c", $"exit $(cat '{word}')"],
        }, told.Add);
        rig.Time.At(TimeSpan.FromSeconds(65), () =>
        {
            rig.World.SetOutage("europe-west1", true);
            File.WriteAllText(word, "1");
        });
        rig.Time.At(TimeSpan.FromSeconds(300), stop.Cancel);
        await tower.RunAsync(stop.Token);
        Assert.Equal(1, rig.Completed);
        List<string> heard = [];
        while (!heard.Contains("Acted")) heard.Add(JsonDocument.Parse(await listener.NextAsync()).RootElement.GetProperty("event").GetProperty("kind").GetString()!);
        Assert.Contains("Suspected", heard);
        // And none of them is left running: a process that was killed is gone a moment later.
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        foreach (string started in await File.ReadAllLinesAsync(pid))
            while (Directory.Exists($"/proc/{started}")) await Task.Delay(10, limit.Token);
    }

    private static CrdrWatchEvent Outage { get; } = new()
    {
        At = new(2026, 3, 1, 3, 0, 0, TimeSpan.Zero), Pair = "p", Kind = WatchEventKind.Outage, Severity = FindingSeverity.Error, Message = "a is dead",
        Testimonies = [new() { Witness = "standby", Says = WitnessWord.Dead, Why = "receives nothing" }], NextActions = [new() { What = "look", Crdr = "crdr status p" }],
    };

    private Running Run(CrdrWatchOptions options) => new(new(options, HttpHandlers.Create(), new TestHost(), new AutoTime(), _told.Enqueue));

    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Alerts _alerts;
        private readonly Task _work;

        public Running(Alerts alerts)
        {
            _alerts = alerts;
            _work = alerts.RunAsync(_stop.Token);
        }

        public void Add(CrdrWatchEvent happened) => _alerts.Add(happened);

        public async ValueTask DisposeAsync()
        {
            _stop.Cancel();
            await _work;
            _stop.Dispose();
        }
    }

    /// <summary>Takes what is posted to it, and answers as it was told to: 200 after that.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly System.Threading.Channels.Channel<string> _heard = System.Threading.Channels.Channel.CreateUnbounded<string>();

        public Listener(params int[] answers)
        {
            using TcpListener free = new(IPAddress.Loopback, 0);
            free.Start();
            int port = ((IPEndPoint)free.LocalEndpoint).Port;
            free.Stop();
            Address = $"http://127.0.0.1:{port}/secret-path";
            _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            _listener.Start();
            _ = ServeAsync(new(answers));
        }

        public string Address { get; }

        public async Task<string> NextAsync()
        {
            using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
            return await _heard.Reader.ReadAsync(limit.Token);
        }

        public void Dispose() => _listener.Close();

        private async Task ServeAsync(Queue<int> answers)
        {
            try
            {
                while (true)
                {
                    HttpListenerContext call = await _listener.GetContextAsync();
                    Assert.Equal(("POST", "application/json; charset=utf-8"), (call.Request.HttpMethod, call.Request.ContentType));
                    string body = await new StreamReader(call.Request.InputStream).ReadToEndAsync();
                    call.Response.StatusCode = answers.TryDequeue(out int answer) ? answer : 200;
                    call.Response.Close();
                    _heard.Writer.TryWrite(body);
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                _heard.Writer.TryComplete();
            }
        }
    }
}
