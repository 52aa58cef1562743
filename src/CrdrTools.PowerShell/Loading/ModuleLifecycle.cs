namespace CrdrTools.PowerShell.Loading;

/// <summary>Called by PowerShell when the module is imported and removed: makes the assemblies below <c>deps</c> findable, and only those.</summary>
public sealed class ModuleLifecycle : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    /// <inheritdoc/>
    public void OnImport() => DependencyResolver.Attach();

    /// <inheritdoc/>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        SimulatorShelf.StopAll();
        DependencyResolver.Detach();
    }
}
