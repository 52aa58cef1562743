using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CrdrTools.Simulator;

namespace CrdrTools.Tests.Simulator;

/// <summary>A simulator whose clock stands, and a client of its Aiven API.</summary>
internal sealed class Rehearsal : IDisposable
{
    public Rehearsal(SimulatorSettings? settings = null, bool defaultWorld = true)
    {
        Server = SimulatorServer.Start(new SimulatorOptions { Time = Time, Settings = settings ?? new(), DefaultWorld = defaultWorld });
        Http = new HttpClient { BaseAddress = Server.BaseAddress };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "demo");
    }

    public FakeTime Time { get; } = new();
    public SimulatorServer Server { get; }
    public HttpClient Http { get; }
    public SimulatorWorld World => Server.World;

    public static Rehearsal With(Func<SimulatorSettings, SimulatorSettings> change) => new(change(new SimulatorSettings()));

    public void Set(Func<SimulatorSettings, SimulatorSettings> change) => World.Settings = change(World.Settings);

    public void Advance(double seconds) => World.Advance(TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond)));

    public async Task<JsonElement> Service(string name) =>
        (await Send(HttpMethod.Get, $"v1/project/demo/service/{name}")).Body.GetProperty("service");

    public Task<Reply> Role(string service, string role) =>
        Send(HttpMethod.Put, $"v1/project/demo/service/{service}", $$"""{"disaster_recovery_role":"{{role}}"}""");

    public Task<Reply> Put(string service, string body) => Send(HttpMethod.Put, $"v1/project/demo/service/{service}", body);

    public Task<Reply> Post(string path, string body) => Send(HttpMethod.Post, path, body);

    public Task<Reply> Get(string path) => Send(HttpMethod.Get, path);

    public async Task<Reply> Send(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Reply(response.StatusCode, text, response.Headers.RetryAfter?.Delta, response.Headers.Date);
    }

    /// <summary>State and role as the API shows them.</summary>
    public async Task<string> Seen(string name)
    {
        var service = await Service(name);
        return service.GetProperty("state").GetString() + "/" + service.GetProperty("disaster_recovery_role").GetString();
    }

    public async Task FailOver()
    {
        Assert.Equal(HttpStatusCode.OK, (await Role("pg-demo", "failed")).Status);
        Advance(World.Settings.FailoverSeconds);
    }

    public async Task RebuildPrimary()
    {
        Assert.Equal(HttpStatusCode.OK, (await Role("pg-demo", "passive")).Status);
        Advance(World.Settings.RebuildSeconds);
    }

    public async Task TakeOver(string service)
    {
        Assert.Equal(HttpStatusCode.OK, (await Role(service, "active")).Status);
        Advance(World.Settings.TakeoverSeconds);
    }

    public int RolesThatTookEffect(string role) =>
        World.Requests.Count(r => r is { Kind: "ServiceUpdate", Applied: true } && r.Body.Contains($"\"{role}\""));

    public void Dispose()
    {
        Http.Dispose();
        Server.Dispose();
    }
}

internal sealed record Reply(HttpStatusCode Status, string Text, TimeSpan? RetryAfter, DateTimeOffset? Date)
{
    public JsonElement Body => JsonDocument.Parse(Text).RootElement;

    public string? Message => Body.GetProperty("message").GetString();
}
