namespace Distillation.Losses;

/// <summary>Several modules as one.</summary>
/// <remarks>
/// A <c>ModuleList</c> registers its modules only where it is part of another module: by itself it has no parameters, and does not move to a device.
/// </remarks>
internal sealed class ModuleGroup : torch.nn.Module
{
    public ModuleGroup(params IReadOnlyList<torch.nn.Module> modules)
        : base(nameof(ModuleGroup))
    {
        Modules = modules;
        for (int i = 0; i < modules.Count; i++)
        {
            register_module($"{i}", modules[i]);
        }
    }

    /// <summary>Gets the modules, in order.</summary>
    public IReadOnlyList<torch.nn.Module> Modules { get; }
}
