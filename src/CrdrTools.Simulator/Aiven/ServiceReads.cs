using CrdrTools.Simulator.Http;

namespace CrdrTools.Simulator.Aiven;

/// <summary>The operations that only look.</summary>
internal static class ServiceReads
{
    public static HttpReply List(AivenCall call) => AivenReply.Of(w =>
    {
        w.WriteStartArray("services");
        foreach (var service in call.Services()) ServiceJson.Write(w, View(call, service));
        w.WriteEndArray();
    });

    public static HttpReply Get(AivenCall call) => Envelope(call, Reachable(call));

    public static HttpReply Backups(AivenCall call)
    {
        var service = Reachable(call);
        return AivenReply.Of(w => ServiceJson.WriteBackups(w, View(call, service)));
    }

    public static HttpReply Alerts(AivenCall call)
    {
        Reachable(call);
        return AivenReply.Of(w =>
        {
            w.WriteStartArray("alerts");
            w.WriteEndArray();
        });
    }

    /// <summary><c>{"service": ...}</c>, as GET, POST and PUT answer.</summary>
    public static HttpReply Envelope(AivenCall call, AivenService service) => AivenReply.Of(w =>
    {
        w.WritePropertyName("service");
        ServiceJson.Write(w, View(call, service));
    });

    private static ServiceView View(AivenCall call, AivenService service) =>
        ServiceView.Of(call.Model, call.Stale ? call.Model.Before(service) : service, call.Secrets);

    private static AivenService Reachable(AivenCall call)
    {
        var service = call.Service();
        return call.Settings.Outage == OutageView.ApiErrors && ServiceView.OutageNoticed(call.Model, service)
            ? throw new AivenProblem(503, "Service is temporarily unavailable")
            : service;
    }
}
