using System.Globalization;
using CrdrTools.Simulator.Data;

namespace CrdrTools.Simulator.Aiven;

/// <summary>Puts finished services into the model, past the API.</summary>
internal static class WorldBuilder
{
    private static readonly TimeSpan Age = TimeSpan.FromDays(30);

    public static AivenService AddService(AivenModel model, string project, string name, string plan, string cloud)
    {
        var key = new ServiceKey(project, name);
        if (model.Find(key) is not null) throw new ArgumentException($"service '{name}' already exists in project '{project}'");
        var created = model.Stage.Now - Age;
        var service = new AivenService
        {
            Key = key,
            Plan = AivenPlan.Parse(plan) ?? throw new ArgumentException($"there is no plan '{plan}'"),
            Cloud = cloud,
            CreateTime = created,
            UpdateTime = created,
            State = AivenWords.Running,
        };
        service = service.WithNewNodes("running").TakingBackups(created);
        model.Put(service);
        return service;
    }

    public static void AddPair(
        AivenModel model, string project, string primary, string recovery, string plan, string primaryCloud, string recoveryCloud)
    {
        var first = AddService(model, project, primary, plan, primaryCloud);
        var second = AddService(model, project, recovery, plan, recoveryCloud);
        ServiceCreation.Join(model, AivenWords.DisasterRecovery, first.Key, second.Key);
        model.Put(second with { Role = AivenWords.Passive, BackupsFrom = null });
    }

    public static void AddPairs(AivenModel model, string project, int count)
    {
        if (count is < 0 or > 100_000) throw new ArgumentException("count must be 0 to 100000");
        for (int added = 0, number = 1; added < count; number++)
        {
            var name = "pg-" + number.ToString("0000", CultureInfo.InvariantCulture);
            if (model.Find(new ServiceKey(project, name)) is not null) continue;
            AddPair(model, project, name, name + "-dr", "business-8", "google-europe-west1", "google-europe-west4");
            added++;
        }
    }

    /// <summary>The new create time is at least a second later, for the API shows whole seconds.</summary>
    public static void Recreate(AivenModel model, AivenService service)
    {
        var earliest = service.CreateTime + TimeSpan.FromSeconds(1);
        var created = model.Stage.Now > earliest ? model.Stage.Now : earliest;
        model.Data.Clear(service.Key);
        model.Put(service.WithNewNodes("running") with { CreateTime = created, BackupsFrom = created });
    }
}
