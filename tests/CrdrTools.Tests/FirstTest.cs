namespace CrdrTools.Tests;
public class FirstTest { [Fact] public void The_house_stands() => Assert.Equal(Side.Primary, default); }
