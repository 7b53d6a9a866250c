using System.Runtime.CompilerServices;

namespace Distillation.Tests;

/// <summary>Small tensors: a second thread would cost more than it brings, and far more on a busy machine.</summary>
internal static class SingleThread
{
    [ModuleInitializer]
    internal static void Set() => torch.set_num_threads(1);
}
