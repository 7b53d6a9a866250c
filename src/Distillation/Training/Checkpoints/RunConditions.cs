using System.Buffers.Binary;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using Distillation.Models;

namespace Distillation.Checkpoints;

/// <summary>
/// What the bits of a run depend on beside the run itself: the kind of processor, the number of threads, the versions of the libraries. A run may go on under
/// others, but then has other bits.
/// </summary>
internal static class RunConditions
{
    // They choose the kernels of libtorch, MKL and oneDNN in place of the processor.
    private static readonly string[] Overrides = ["ATEN_CPU_CAPABILITY", "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS", "ONEDNN_MAX_CPU_ISA"];

    private static readonly Dictionary<string, string> OfTheProcess = new()
    {
        ["processor"] = Processor(),
        ["Distillation"] = VersionOf(typeof(RunConditions).Assembly),
        ["TorchSharp"] = VersionOf(typeof(torch).Assembly),
        ["libtorch"] = torch.__version__,
    };

    /// <summary>Reads the conditions of this process, in words by name.</summary>
    /// <param name="ranks">The number of processes that train together; positive.</param>
    public static IReadOnlyDictionary<string, string> Read(int ranks)
    {
        var words = new Dictionary<string, string>(OfTheProcess) { ["threads"] = Description.Of(torch.get_num_threads()) };
        if (ranks > 1)
        {
            words["ranks"] = Description.Of(ranks);
        }

        if (OneDnnCheck.WrongLayer is not null)
        {
            words["oneDNN"] = "off";
        }

        foreach (string name in Overrides)
        {
            if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
            {
                words[name] = value;
            }
        }

        return words;
    }

    private static string VersionOf(Assembly assembly) => assembly.GetName().Version?.ToString() ?? "unknown";

    private static string Processor() => X86Base.IsSupported
        ? $"{RuntimeInformation.ProcessArchitecture} {Vendor()} {string.Join(' ', InstructionSets())}"
        : $"{RuntimeInformation.ProcessArchitecture}";

    // Intel, "CPUID": leaf 0 has the vendor in EBX, EDX, ECX; leaf 7 the vector extensions. Not Avx2.IsSupported and its like, which in a program compiled
    // ahead of time mean the compiler's choice.
    private static string Vendor()
    {
        (_, int b, int c, int d) = X86Base.CpuId(0, 0);
        Span<byte> name = stackalloc byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(name, b);
        BinaryPrimitives.WriteInt32LittleEndian(name[4..], d);
        BinaryPrimitives.WriteInt32LittleEndian(name[8..], c);
        return Encoding.ASCII.GetString(name).Trim('\0', ' ');
    }

    private static IEnumerable<string> InstructionSets()
    {
        int leaves = X86Base.CpuId(0, 0).Eax;
        (int subleaves, int b, int c, int d) = leaves >= 7 ? X86Base.CpuId(7, 0) : default;
        int a = subleaves >= 1 ? X86Base.CpuId(7, 1).Eax : 0;
        (string Name, int Register, int Bit)[] sets =
        [
            ("AVX2", b, 5), ("AVX512F", b, 16), ("AVX512DQ", b, 17), ("AVX512BW", b, 30), ("AVX512VL", b, 31), ("AVX512_VNNI", c, 11),
            ("AVX512_FP16", d, 23), ("AMX_BF16", d, 22), ("AMX_INT8", d, 25), ("AVX_VNNI", a, 4), ("AVX512_BF16", a, 5),
        ];
        return [.. sets.Where(set => ((set.Register >> set.Bit) & 1) == 1).Select(set => set.Name)];
    }
}
