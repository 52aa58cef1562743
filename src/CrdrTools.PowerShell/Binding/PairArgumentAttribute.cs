using System.Collections;

namespace CrdrTools.PowerShell.Binding;

/// <summary>Turns names, pairs, hashtables, and objects that say which pair they are about into <see cref="PairOrName"/>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PairArgumentAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => Read(inputData);

    /// <summary>One or many. Throws <see cref="ArgumentTransformationMetadataException"/>.</summary>
    internal static PairOrName[] Read(object inputData)
    {
        object value = inputData is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : inputData;
        return value is IEnumerable and not (string or IDictionary) ? ((IEnumerable)value).Cast<object>().Select(One).ToArray() : [One(value)];
    }

    private static PairOrName One(object input)
    {
        object value = input is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : input;
        switch (value)
        {
            case PairOrName given: return given;
            case CrdrPair pair: return new(pair);
            case string name: return new(name);
            case CrdrStatus status: return new(status.Pair);
            case CrdrOperation operation: return new(operation.Pair) { Operation = operation.Id };
            case CrdrPlan plan: return new(plan.Pair);
            case CrdrRouteStatus { Pair: { } ofPair } route: return new(ofPair) { Route = route.Name };
            case IDictionary description: return new(description);
        }
        PSObject seen = PSObject.AsPSObject(value);
        if (seen.Properties["Pair"]?.Value is { } about) return One(about);
        if (seen.BaseObject is PSCustomObject && seen.Properties["Primary"] is not null)
        {
            Hashtable description = new(StringComparer.OrdinalIgnoreCase);
            foreach (PSPropertyInfo property in seen.Properties) description[property.Name] = property.Value;
            return new(description);
        }
        throw new ArgumentTransformationMetadataException(
            $"A {value?.GetType().Name ?? "null"} is no pair: give the name of a registered pair (Get-CrdrPair lists them), a pair object, or a hashtable that describes one.");
    }
}
