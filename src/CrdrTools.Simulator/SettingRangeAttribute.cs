namespace CrdrTools.Simulator;

/// <summary>The range of a setting, both ends included.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingRangeAttribute(double least, double most) : Attribute
{
    public double Least { get; } = least;
    public double Most { get; } = most;
}
