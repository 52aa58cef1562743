using System.Text.Json;
using CrdrTools.Simulator.Data;
using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.Aiven;

/// <summary>
/// A link between two services; of type <c>disaster_recovery</c> the source is the primary, the destination the recovery service.
/// </summary>
internal sealed record AivenIntegration(string Id, string Type, ServiceKey Source, ServiceKey Dest)
{
    public bool Enabled { get; init; } = true;
    public JsonElement UserConfig { get; init; } = Json.EmptyObject;
}
