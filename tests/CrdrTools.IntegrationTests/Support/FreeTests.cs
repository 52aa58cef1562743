namespace CrdrTools.IntegrationTests.Support;

public class FreeTests
{
    [Fact]
    public void A_program_that_is_nowhere_is_not_found() => Assert.Null(Free.Program("no-such-server"));

    [Fact]
    public void A_program_on_the_path_is_found() => Assert.NotNull(Free.Program("sh"));
}
