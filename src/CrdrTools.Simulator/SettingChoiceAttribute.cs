namespace CrdrTools.Simulator;

/// <summary>The values a setting may take, as text.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingChoiceAttribute(params string[] values) : Attribute
{
    public string[] Values { get; } = values;
}
