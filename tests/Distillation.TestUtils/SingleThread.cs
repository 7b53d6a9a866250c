using System.Globalization;
using System.Runtime.CompilerServices;

namespace Distillation.Tests;

/// <summary>
/// Small tensors: a second thread would cost more than it brings, and far more on a busy machine. The environment variable DISTILLATION_THREADS sets another
/// number, to test that bits hold with it.
/// </summary>
internal static class SingleThread
{
    // Each test assembly creates the assembly attribute Seeded, of this module, before its first test.
#pragma warning disable CA2255
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Set() =>
        torch.set_num_threads(int.Parse(Environment.GetEnvironmentVariable("DISTILLATION_THREADS") ?? "1", CultureInfo.InvariantCulture));
}
