using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using CsCheck;
using Distillation.Tests.Conventions;

namespace Distillation.Tests.BuildTransitive;

public sealed class NativeCallersTests
{
    private const MethodImplAttributes Mark = MethodImplAttributes.NoOptimization | MethodImplAttributes.NoInlining;

    [Fact]
    public void All_of_TorchSharp_that_calls_native_code_keeps_its_arguments_while_tests_run()
    {
        MethodBase[] callers = [.. Calls.MethodsOf(typeof(Scalar).Assembly)
            .Where(method => Calls.From(method).Any(called => called.Attributes.HasFlag(MethodAttributes.PinvokeImpl)))];

        callers.Should().HaveCountGreaterThan(1000);
        callers.Should().OnlyContain(caller => caller.MethodImplementationFlags.HasFlag(Mark));
    }

    [Fact]
    public void Rest_of_TorchSharp_stays_optimized() =>
        Calls.MethodsOf(typeof(Scalar).Assembly).Count(method => method.MethodImplementationFlags.HasFlag(MethodImplAttributes.NoOptimization))
            .Should().BeLessThan(1500);

    [Fact]
    public void Callers_of_native_code_are_marked_and_nothing_else_changes()
    {
        byte[] file = Assembly(methods: 3);

        byte[] changed = NativeCallers.Mark(file)!;

        Marked(changed).Should().BeEquivalentTo("Calls0", "Calls1", "Calls2", "CallsAmongMuch");
        Enumerable.Range(0, file.Length).Count(i => file[i] != changed[i]).Should().Be(4);
    }

    [Fact]
    public void Callers_are_found_whatever_the_widths_of_the_tables()
    {
        byte[] file = Assembly(methods: 40_000);

        Marked(NativeCallers.Mark(file)!).Should().HaveCount(40_001);
    }

    [Fact]
    public void Callers_are_found_in_the_assemblies_of_the_runtime()
    {
        foreach (string path in Directory.EnumerateFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "System.*.dll"))
        {
            byte[] file = File.ReadAllBytes(path);
            byte[] changed = NativeCallers.Mark(file) ?? file;
            Missing(changed).Should().BeEmpty($"{path} has them");
        }
    }

    [Fact]
    public void Original_stays_as_it_is()
    {
        byte[] file = Assembly(methods: 1);
        byte[] before = [.. file];

        NativeCallers.Mark(file);

        file.Should().Equal(before);
    }

    [Fact]
    public void Assembly_without_native_code_needs_no_change() =>
        NativeCallers.Mark(File.ReadAllBytes(typeof(FactAttribute).Assembly.Location)).Should().BeNull();

    [Fact]
    public void Marked_assembly_needs_no_change() => NativeCallers.Mark(NativeCallers.Mark(Assembly(methods: 3))!).Should().BeNull();

    [Fact]
    public void File_that_is_no_assembly_is_refused()
    {
        Action mark = () => NativeCallers.Mark(new byte[500]);

        mark.Should().Throw<InvalidDataException>().WithMessage("*no .NET assembly*");
    }

    [Fact]
    public void Truncated_file_is_refused_or_marked_as_far_as_it_goes()
    {
        byte[] file = Assembly(methods: 3);
        for (int length = 0; length < file.Length; length++)
        {
            IsMarkedOrRefused(file[..length]).Should().BeTrue($"only {length} of {file.Length} bytes are there");
        }
    }

    [Fact]
    public void Damaged_file_gives_a_clear_refusal_and_never_more_than_marks()
    {
        byte[] file = Assembly(methods: 3);
        Gen.Select(Gen.Int[0, file.Length - 1], Gen.Byte, Gen.Int[0, file.Length - 1], Gen.Byte).Sample((at1, value1, at2, value2) =>
        {
            byte[] damaged = [.. file];
            damaged[at1] = value1;
            damaged[at2] = value2;
            return IsMarkedOrRefused(damaged);
        });
    }

    private static bool IsMarkedOrRefused(byte[] file)
    {
        try
        {
            byte[]? changed = NativeCallers.Mark(file);
            return changed is null || Enumerable.Range(0, file.Length).All(i => changed[i] == file[i] || changed[i] == (file[i] | (byte)Mark));
        }
        catch (InvalidDataException)
        {
            return true;
        }
    }

    // One native method; methods that call it, among them a long one; methods that do not.
    private static byte[] Assembly(int methods)
    {
        var assembly = new PersistedAssemblyBuilder(new("Natives"), typeof(object).Assembly);
        TypeBuilder type = assembly.DefineDynamicModule("Natives").DefineType("Natives");
        MethodBuilder native = type.DefinePInvokeMethod(
            "native",
            "library",
            MethodAttributes.Public | MethodAttributes.Static | MethodAttributes.PinvokeImpl,
            CallingConventions.Standard,
            typeof(void),
            [],
            System.Runtime.InteropServices.CallingConvention.Cdecl,
            System.Runtime.InteropServices.CharSet.Ansi);
        for (int i = 0; i < methods; i++)
        {
            Body($"Calls{i}", code => code.Emit(OpCodes.Call, native));
            Body($"Rests{i}", code => code.Emit(OpCodes.Nop));
        }

        Body("CallsAmongMuch", code =>
        {
            for (int i = 0; i < 100; i++)
            {
                code.Emit(OpCodes.Nop);
            }

            code.Emit(OpCodes.Call, native);
        });
        type.CreateType();
        using var stream = new MemoryStream();
        assembly.Save(stream);
        return stream.ToArray();

        void Body(string name, Action<ILGenerator> write)
        {
            ILGenerator code = type.DefineMethod(name, MethodAttributes.Public | MethodAttributes.Static).GetILGenerator();
            write(code);
            code.Emit(OpCodes.Ret);
        }
    }

    private static string[] Marked(byte[] file)
    {
        using var image = new PEReader([.. file]);
        MetadataReader metadata = image.GetMetadataReader();
        return [.. metadata.MethodDefinitions.Select(metadata.GetMethodDefinition)
            .Where(method => (method.ImplAttributes & Mark) == Mark)
            .Select(method => metadata.GetString(method.Name))];
    }

    // Methods that call native code and have no mark, by another reader of metadata.
    private static string[] Missing(byte[] file)
    {
        using var image = new PEReader([.. file]);
        if (!image.HasMetadata)
        {
            return [];
        }

        MetadataReader metadata = image.GetMetadataReader();
        HashSet<int> natives =
        [
            .. metadata.MethodDefinitions.Where(method => metadata.GetMethodDefinition(method).Attributes.HasFlag(MethodAttributes.PinvokeImpl))
                .Select(method => MetadataTokens.GetToken(method)),
        ];
        return
        [
            .. from method in metadata.MethodDefinitions.Select(metadata.GetMethodDefinition)
               where method.RelativeVirtualAddress != 0 && (method.ImplAttributes & Mark) != Mark
               where Calls.Tokens(image.GetMethodBody(method.RelativeVirtualAddress).GetILBytes()!).Any(natives.Contains)
               select metadata.GetString(method.Name),
        ];
    }
}
