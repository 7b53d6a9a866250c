using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Distillation.Tests;

/// <summary>
/// On AMD processors with AVX-512, oneDNN in libtorch 2.10.0 computes convolutions wrongly where a number of channels is not a multiple of 16: its kernels for
/// AVX2 are right. The tests take those there, unless the environment sets ONEDNN_MAX_CPU_ISA itself.
/// </summary>
internal static partial class RightConvolutions
{
    private const string Variable = "ONEDNN_MAX_CPU_ISA";
    private const int Auth = 0x68747541; // The first four letters of "AuthenticAMD".

    private static bool IsProcessorAffected { get; } = Avx512F.IsSupported && X86Base.CpuId(0, 0).Ebx == Auth;

    /// <summary>
    /// Returns whether numbers of a module can be tested: in bfloat16 those of convolutions are NaN now and then on these processors, with AVX2 too.
    /// </summary>
    public static bool CanTest(torch.nn.Module? module, torch.ScalarType dtype) =>
        !IsProcessorAffected || dtype != torch.ScalarType.BFloat16 || module is null
        || !module.modules().Any(layer => layer.GetType().Name.StartsWith("Conv", StringComparison.Ordinal));

#pragma warning disable CA2255 // As in SingleThread.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Use()
    {
        if (!IsProcessorAffected || Environment.GetEnvironmentVariable(Variable) is not null)
        {
            return;
        }

        Environment.SetEnvironmentVariable(Variable, "AVX2"); // For processes that a test starts.
        if (!OperatingSystem.IsWindows())
        {
            _ = SetEnvironment(Variable, "AVX2", overwrite: 1);
        }
    }

    // .NET keeps a copy of the environment, and native code reads the original.
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
