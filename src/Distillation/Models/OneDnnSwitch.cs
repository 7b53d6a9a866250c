using System.Runtime.InteropServices;

namespace Distillation.Models;

/// <summary>Turns oneDNN off for the process, which TorchSharp has no call for: <c>torch.backends.mkldnn.enabled</c> of PyTorch.</summary>
internal static unsafe class OneDnnSwitch
{
    /// <summary>Turns oneDNN off.</summary>
    /// <returns>Whether it is off; <see langword="false"/> where libtorch does not have the functions, whose names are those of its C++ compiler.</returns>
    public static bool TryTurnOff()
    {
        string file = OperatingSystem.IsWindows() ? "torch_cpu.dll" : OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib" : "libtorch_cpu.so";
        (string context, string set, string get) = OperatingSystem.IsWindows()
            ? ("?globalContext@at@@YAAEAVContext@1@XZ", "?setUserEnabledMkldnn@Context@at@@QEAAX_N@Z", "?userEnabledMkldnn@Context@at@@QEBA_NXZ")
            : ("_ZN2at13globalContextEv", "_ZN2at7Context20setUserEnabledMkldnnEb", "_ZNK2at7Context17userEnabledMkldnnEv");
        if (!NativeLibrary.TryLoad(file, out nint library)
            || !NativeLibrary.TryGetExport(library, context, out nint global)
            || !NativeLibrary.TryGetExport(library, set, out nint setter)
            || !NativeLibrary.TryGetExport(library, get, out nint getter))
        {
            return false;
        }

        nint settings = ((delegate* unmanaged<nint>)global)();
        ((delegate* unmanaged<nint, byte, void>)setter)(settings, 0);
        return ((delegate* unmanaged<nint, byte>)getter)(settings) == 0;
    }
}
