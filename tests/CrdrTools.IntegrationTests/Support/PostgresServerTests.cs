namespace CrdrTools.IntegrationTests.Support;

public class PostgresServerTests
{
    [ServerFact("initdb")]
    public async Task A_server_keeps_its_data_and_its_port_over_a_restart()
    {
        await using PostgresServer server = await PostgresServer.StartAsync();
        await server.ExecuteAsync("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)");

        await server.StopAsync();
        await server.RestartAsync();

        Assert.Equal(7, await server.ScalarAsync<int>("SELECT n FROM kept"));
    }
}
