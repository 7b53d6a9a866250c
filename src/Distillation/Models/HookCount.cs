using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Distillation;

/// <summary>Counts the hooks of a module, which TorchSharp does not show.</summary>
internal sealed class HookCount
{
    private static readonly string[] Names = ["pre_hooks", "post_hooks", "module_pre_hooks", "module_post_hooks"];

    private readonly ICollection?[] _hooks;

    public HookCount(torch.nn.Module module)
    {
        Type? type = module.GetType();
        while (type is not null && !type.Name.StartsWith("HookableModule`", StringComparison.Ordinal))
        {
            type = type.BaseType;
        }

        // A module that only holds others takes no hooks.
        _hooks = type is null ? [] : [.. Names.Select(name => Read(type, name, module))];
    }

    /// <summary>Gets the number of hooks. Hooks that this version of TorchSharp keeps elsewhere count as one.</summary>
    public int Value => _hooks.Sum(hooks => hooks?.Count ?? 1);

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A field that is not found counts as a hook, and nothing is left out.")]
    private static ICollection? Read(Type type, string name, torch.nn.Module module) =>
        type.GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(module) as ICollection;
}
