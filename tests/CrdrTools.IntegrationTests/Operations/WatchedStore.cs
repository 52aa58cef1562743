using System.Reflection;
using System.Runtime.ExceptionServices;
using CrdrTools.Core.Stores;

namespace CrdrTools.IntegrationTests.Operations;

/// <summary>A state folder that tells each time before the engine looks and acts: it asks it then whether somebody wants it to stop.</summary>
public class WatchedStore : DispatchProxy
{
    private IStateStore _store = null!;
    private Action _moment = null!;

    public static IStateStore Over(IStateStore store, Action moment)
    {
        IStateStore watched = Create<IStateStore, WatchedStore>();
        (((WatchedStore)(object)watched)._store, ((WatchedStore)(object)watched)._moment) = (store, moment);
        return watched;
    }

    protected override object? Invoke(MethodInfo? method, object?[]? arguments)
    {
        if (method!.Name == nameof(IStateStore.TakeRequest)) _moment();
        try
        {
            return method.Invoke(_store, arguments);
        }
        catch (TargetInvocationException e)
        {
            ExceptionDispatchInfo.Capture(e.InnerException!).Throw();
            throw;
        }
    }
}
