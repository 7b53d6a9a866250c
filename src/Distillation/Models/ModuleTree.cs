namespace Distillation;

/// <summary>Queries of modules that TorchSharp lacks.</summary>
internal static class ModuleTree
{
    /// <summary>The module and all below it, parents first.</summary>
    public static IEnumerable<torch.nn.Module> WithDescendants(torch.nn.Module module) =>
        // A script module makes new handles each time its children are listed; its own methods reach them all.
        module is torch.jit.ScriptModule ? [module] : module.named_modules().Select(child => child.module).Prepend(module);

    /// <summary>Where the parameters are, or the buffers of a module that has none; the processor for a module without either.</summary>
    public static torch.Device DeviceOf(torch.nn.Module module) =>
        module.parameters().FirstOrDefault()?.device ?? module.buffers().FirstOrDefault()?.device ?? torch.CPU;

    /// <summary>Sets the evaluation mode until disposal, which brings back the mode of every single layer.</summary>
    /// <returns>Nothing where the module is in evaluation mode already.</returns>
    public static IDisposable? Evaluating(torch.nn.Module module)
    {
        if (!module.training)
        {
            return null;
        }

        var modes = new ModuleModes(module);
        module.eval();
        return modes;
    }
}
