namespace CrdrTools.PowerShell.Binding;

/// <summary>Takes a TimeSpan, and plain numbers as seconds (PowerShell's own conversion would make ticks of them).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SpanArgumentAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if (inputData is null) return null;
        TimeSpan span = Spans.Read(inputData)
            ?? throw new ArgumentTransformationMetadataException($"'{inputData}' is no length of time: give seconds (90), 90s, 5m, 2h, 1d, hh:mm:ss or a TimeSpan.");
        return span >= TimeSpan.Zero ? span : throw new ArgumentTransformationMetadataException($"'{inputData}' is negative.");
    }
}
