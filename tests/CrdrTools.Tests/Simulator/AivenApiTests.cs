using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace CrdrTools.Tests.Simulator;

public sealed class AivenApiTests : IDisposable
{
    private const string Project = "v1/project/demo";
    private readonly Rehearsal _r = new();

    public void Dispose() => _r.Dispose();

    [Theory]
    [InlineData("v1/project", "projects")]
    [InlineData(Project, "project")]
    [InlineData("v1/clouds", "clouds")]
    [InlineData(Project + "/service", "services")]
    [InlineData(Project + "/service/pg-demo", "service")]
    [InlineData(Project + "/service/pg-demo/integration", "service_integrations")]
    [InlineData(Project + "/service/pg-demo/backups", "backups")]
    [InlineData(Project + "/service/pg-demo/alerts", "alerts")]
    [InlineData(Project + "/integration_types", "integration_types")]
    [InlineData(Project + "/service-types/pg", "user_config_schema")]
    [InlineData(Project + "/service_types", "service_types")]
    [InlineData(Project + "/vpcs", "vpcs")]
    public async Task Each_reading_operation_answers_in_its_envelope(string path, string key)
    {
        var reply = await _r.Get(path + "?limit=999");
        Assert.Equal(200, (int)reply.Status);
        Assert.True(reply.Body.TryGetProperty(key, out _));
    }

    [Theory]
    [InlineData("aivenv1 demo", 200, null)]
    [InlineData("Bearer demo", 200, null)]
    [InlineData("bearer demo", 200, null)]
    [InlineData("Basic demo", 401, "Missing (expired) db token")]
    [InlineData("aivenv1 wrong", 401, "Invalid token")]
    [InlineData("", 401, "Missing (expired) db token")]
    public async Task Both_forms_of_the_token_are_taken_and_nothing_else(string header, int status, string? message)
    {
        _r.Http.DefaultRequestHeaders.Remove("Authorization");
        if (header.Length > 0) _r.Http.DefaultRequestHeaders.TryAddWithoutValidation("authorization", header);
        var reply = await _r.Get(Project + "/service/pg-demo");
        Assert.Equal(status, (int)reply.Status);
        if (message is not null) Assert.Equal(message, reply.Message);
    }

    [Fact]
    public async Task The_status_of_a_token_error_is_a_setting()
    {
        _r.Set(s => s with { TokenErrorStatus = 403 });
        _r.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "wrong");
        Assert.Equal(403, (int)(await _r.Get("v1/project")).Status);
    }

    [Theory]
    [InlineData("nothing", "Service 'nothing' does not exist")]
    [InlineData("a%20b%2Fc", "Service 'a b/c' does not exist")]
    public async Task An_unknown_service_answers_404_in_the_vendors_words(string path, string message)
    {
        var reply = await _r.Get($"{Project}/service/{path}");
        Assert.Equal(404, (int)reply.Status);
        Assert.Equal(message, reply.Message);
        var error = reply.Body.GetProperty("errors")[0];
        Assert.Equal(404, error.GetProperty("status").GetInt32());
        Assert.Equal(message, error.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("GET", "v1/project/none/service", 404)]
    [InlineData("GET", "v1/nothing", 404)]
    [InlineData("DELETE", "v1/project", 405)]
    [InlineData("GET", "v1", 404)]
    [InlineData("GET", "elsewhere", 404)]
    public async Task What_is_not_there_says_so(string method, string path, int status) =>
        Assert.Equal(status, (int)(await _r.Send(new HttpMethod(method), path)).Status);

    [Theory]
    [InlineData("{", "valid JSON")]
    [InlineData("""{"user_config":{"a":"\ud800"}}""", "valid JSON")]
    [InlineData("[]", "not of type 'object'")]
    [InlineData("""{"rolle":"x"}""", "'rolle' was unexpected")]
    [InlineData("""{"powered":"yes"}""", "'powered' is not of type 'boolean'")]
    [InlineData("""{"disaster_recovery_role":null}""", "'disaster_recovery_role' is not of type 'string'")]
    public async Task A_body_that_fits_no_schema_answers_400(string body, string message)
    {
        var reply = await _r.Put("pg-demo", body);
        Assert.Equal(400, (int)reply.Status);
        Assert.StartsWith("Invalid input: ", reply.Message);
        Assert.Contains(message, reply.Message);
    }

    [Fact]
    public async Task Any_content_type_is_taken()
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"termination_protection":true}"""));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var reply = await _r.Http.PutAsync(Project + "/service/pg-demo", content);
        Assert.Equal(200, (int)reply.StatusCode);
        Assert.True((await _r.Service("pg-demo")).GetProperty("termination_protection").GetBoolean());
    }

    [Fact]
    public async Task User_config_is_merged()
    {
        await _r.Put("pg-demo", """{"user_config":{"enable_ha_replica_dns":true,"pg":{"a":1}}}""");
        await _r.Put("pg-demo", """{"user_config":{"pg":{"b":2}}}""");
        var config = (await _r.Service("pg-demo")).GetProperty("user_config");
        Assert.Equal("""{"enable_ha_replica_dns":true,"pg":{"a":1,"b":2}}""", config.GetRawText());
    }

    [Fact]
    public async Task Power_goes_off_and_comes_back_with_new_nodes()
    {
        Assert.Equal("POWEROFF", await StateAfter("pg-single", """{"powered":false}"""));
        Assert.Equal("REBUILDING", await StateAfter("pg-single", """{"powered":true}"""));
        _r.Advance(5);
        var service = await _r.Service("pg-single");
        Assert.Equal("RUNNING", service.GetProperty("state").GetString());
        Assert.Equal("pg-single-2", service.GetProperty("node_states")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_change_of_plan_rebalances_and_keeps_serving()
    {
        Assert.Equal("REBALANCING", await StateAfter("pg-single", """{"plan":"business-4"}"""));
        Assert.True(_r.World.Service("demo", "pg-single").AcceptsWrites);
        _r.Advance(5);
        var service = await _r.Service("pg-single");
        Assert.Equal("RUNNING", service.GetProperty("state").GetString());
        Assert.Equal(2, service.GetProperty("node_states").GetArrayLength());
    }

    [Fact]
    public async Task A_request_is_applied_whole_or_not_at_all()
    {
        var reply = await _r.Put("pg-demo", """{"termination_protection":true,"disaster_recovery_role":"passive"}""");
        Assert.Equal(409, (int)reply.Status);
        Assert.False((await _r.Service("pg-demo")).GetProperty("termination_protection").GetBoolean());
    }

    [Fact]
    public async Task Termination_protection_refuses_deletion_and_power_off()
    {
        await _r.Put("pg-single", """{"termination_protection":true}""");
        var off = await _r.Put("pg-single", """{"powered":false}""");
        var delete = await _r.Send(HttpMethod.Delete, Project + "/service/pg-single");
        Assert.Equal("Service is protected against termination and shutdown. Remove termination protection first.", off.Message);
        Assert.Equal((403, 403), ((int)off.Status, (int)delete.Status));
    }

    [Fact]
    public async Task The_active_service_of_a_pair_is_neither_deleted_nor_powered_off()
    {
        Assert.Equal(409, (int)(await _r.Put("pg-demo", """{"powered":false}""")).Status);
        Assert.Equal(409, (int)(await _r.Send(HttpMethod.Delete, Project + "/service/pg-demo")).Status);
    }

    [Fact]
    public async Task Deleting_the_passive_service_dissolves_the_pair()
    {
        var reply = await _r.Send(HttpMethod.Delete, Project + "/service/pg-demo-dr");
        Assert.Equal("{}", reply.Text);
        var left = await _r.Service("pg-demo");
        Assert.Equal(0, left.GetProperty("service_integrations").GetArrayLength());
        Assert.False(left.TryGetProperty("disaster_recovery_role", out _));
    }

    [Fact]
    public async Task Setup_creates_a_recovery_service_that_is_built_and_then_passive()
    {
        var created = await _r.Post(Project + "/service", Recovery("pg-single-dr", "pg-single"));
        Assert.Equal(200, (int)created.Status);
        Assert.Equal("REBUILDING/passive", await _r.Seen("pg-single-dr"));
        Assert.Equal("RUNNING/active", await _r.Seen("pg-single"));
        _r.Advance(5);
        Assert.Equal("RUNNING/passive", await _r.Seen("pg-single-dr"));
        Assert.Equal("google-europe-west4", (await _r.Service("pg-single-dr")).GetProperty("cloud_name").GetString());
    }

    [Theory]
    [InlineData("x-dr", "pg-hobby", 403, "not allowed under current plan")]
    [InlineData("pg-demo", "pg-single", 409, "already exists")]
    [InlineData("x-dr", "nothing", 404, "Service 'nothing' does not exist")]
    [InlineData("x-dr", "pg-demo", 409, "already has a disaster recovery integration")]
    [InlineData("X_DR", "pg-single", 400, "Service name must consist of 1-64 alphanumerical characters")]
    public async Task Setup_is_refused_where_it_cannot_be(string name, string source, int status, string message)
    {
        var reply = await _r.Post(Project + "/service", Recovery(name, source));
        Assert.Equal(status, (int)reply.Status);
        Assert.Contains(message, reply.Message);
        Assert.DoesNotContain(_r.World.Requests, r => r.Applied);
    }

    [Fact]
    public async Task Creation_names_the_property_that_is_missing()
    {
        var reply = await _r.Post(Project + "/service", """{"service_name":"a","service_type":"pg"}""");
        Assert.Equal("Invalid input: 'plan' is a required property", reply.Message);
    }

    [Fact]
    public async Task An_integration_is_read_changed_and_deleted_by_its_id()
    {
        var id = (await _r.Service("pg-demo")).GetProperty("service_integrations")[0].GetProperty("service_integration_id").GetString();
        var path = $"{Project}/integration/{id}";
        Assert.Equal(id, (await _r.Get(path)).Body.GetProperty("service_integration").GetProperty("service_integration_id").GetString());
        Assert.Equal(200, (int)(await _r.Send(HttpMethod.Put, path, """{"user_config":{}}""")).Status);
        Assert.Equal(200, (int)(await _r.Send(HttpMethod.Delete, path)).Status);
        Assert.Equal(404, (int)(await _r.Get(path)).Status);
        Assert.Empty(_r.World.Pairs);
    }

    [Fact]
    public async Task An_integration_after_creation_is_refused_unless_the_setting_allows_it()
    {
        _r.World.AddService("demo", "other");
        const string body = """{"integration_type":"disaster_recovery","source_service":"pg-single","dest_service":"other"}""";
        Assert.Equal(400, (int)(await _r.Post(Project + "/integration", body)).Status);
        _r.Set(s => s with { IntegrationAfterCreation = true });
        Assert.Equal(200, (int)(await _r.Post(Project + "/integration", body)).Status);
        Assert.Equal("REBUILDING/passive", await _r.Seen("other"));
    }

    [Fact]
    public async Task Maintenance_rebalances_a_running_service()
    {
        Assert.Equal("{}", (await _r.Send(HttpMethod.Put, Project + "/service/pg-demo/maintenance/start")).Text);
        Assert.Equal("REBALANCING/active", await _r.Seen("pg-demo"));
        Assert.Equal(409, (int)(await _r.Send(HttpMethod.Put, Project + "/service/pg-demo/maintenance/start")).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Over_the_rate_limit_the_body_names_the_wait_and_the_header_is_a_setting(bool header)
    {
        _r.Set(s => s with { RateLimitPerMinute = 2, RateLimitRetryAfter = header });
        await _r.Get("v1/project");
        await _r.Get("v1/project");
        _r.Time.Advance(32);
        var reply = await _r.Get("v1/project");
        Assert.Equal(429, (int)reply.Status);
        Assert.EndsWith("Rate limit 2 exceeded - try again in 28s", reply.Message);
        Assert.Equal(header ? TimeSpan.FromSeconds(28) : null, reply.RetryAfter);
        _r.Time.Advance(28);
        Assert.Equal(200, (int)(await _r.Get("v1/project")).Status);
    }

    [Fact]
    public async Task The_date_header_is_real_time_and_a_skew()
    {
        Assert.Equal(_r.Time.GetUtcNow(), (await _r.Get("v1/project")).Date);
        _r.Advance(3600);
        _r.Set(s => s with { ClockSkewSeconds = -90 });
        Assert.Equal(_r.Time.GetUtcNow().AddSeconds(-90), (await _r.Get("v1/project")).Date);
    }

    private static string Recovery(string name, string source) => JsonSerializer.Serialize(new
    {
        service_name = name,
        service_type = "pg",
        plan = "startup-4",
        cloud = "google-europe-west4",
        service_integrations = new[] { new { integration_type = "disaster_recovery", source_service = source, user_config = new { } } },
    });

    private async Task<string?> StateAfter(string service, string body) =>
        (await _r.Put(service, body)).Body.GetProperty("service").GetProperty("state").GetString();
}
