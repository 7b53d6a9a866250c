using System.Runtime.CompilerServices;
using Distillation.Models;
using static TorchSharp.torch.nn;

namespace Distillation.Tests;

/// <summary>
/// Turns oneDNN off on processors where it computes layers wrongly, before the first test: tests run modules themselves, too, and no run may differ from the
/// one before because the check came between.
/// </summary>
internal static class CheckedOneDnn
{
#pragma warning disable CA2255 // As in SingleThread.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Run()
    {
        using Module<Tensor, Tensor> layer = Conv2d(24, 12, 3);
        OneDnnCheck.Run(layer);
    }
}
