using Distillation.Serialization;

namespace Distillation.Tests.Serialization;

/// <summary>Pickles that are damaged, or made to do damage.</summary>
public sealed partial class HostilePickleTests : IDisposable
{
    private const string Endless = "\u00ff\u00ff\u00ff\u007f";

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Right_pickle_is_read() => Opened(Pickles.Zip(Pickles.Right)).Should().Equal("x");

    [Fact]
    public void Tensors_as_pytorch_wrote_them_first_are_read() =>
        Opened(Pickles.Zip(Changed("tensor_v2", "tensor").Replace("\u0089NtR", "tR", StringComparison.Ordinal))).Should().Equal("x");

    [Fact]
    public void Texts_of_python_2_are_read() =>
        Opened(Pickles.Zip(Changed("X\u0001\0\0\0x", "U\u0001x").Replace("X\u0007\0\0\0storage", "T\u0007\0\0\0storage", StringComparison.Ordinal)))
            .Should().Equal("x");

    [Theory]
    [InlineData("ctorch\nFloatStorage\n", "cos\nsystem\n", "'x' is made by os.system")]
    [InlineData("ctorch\nFloatStorage\n", "X\u0002\0\0\0osX\u0006\0\0\0system\u0093", "'x' is made by os.system")]
    [InlineData("ctorch\nFloatStorage\n", "c__builtin__\neval\n", "'x' is made by __builtin__.eval")]
    [InlineData("ctorch\nFloatStorage\n", "ctorch\nload\n", "'x' is made by torch.load")]
    [InlineData("ctorch\nFloatStorage\n", "ctorch\nQUInt4x2Storage\n", "'x' is made by torch.QUInt4x2Storage")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n", "cos\nsystem\n", "'x' is made by os.system")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n", "ctorch\nFloatStorage\n", "must have a function or a class before arguments")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n", "ccollections\nOrderedDict\n", "the arguments of Dictionary are others")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n", "ctorch._utils\n_rebuild_parameter\n", "the arguments of Parameter are others")]
    [InlineData("s.", "(ios\nsystem\n.", "the whole is made by os.system")]
    [InlineData("s.", "(cos\nsystem\no.", "the whole is made by os.system")]
    [InlineData("s.", "(o.", "must have a class before its arguments")]
    [InlineData("s.", ")\u0081.", "must have a function or a class before arguments")]
    [InlineData("s.", "}}\u0092.", "must have the arguments of a class as a tuple")]
    [InlineData("s.", "\u0082\u0001.", "the whole is made by copyreg extension 1")]
    [InlineData("s.", "cX\nY", "there must be 1 bytes more")]
    [InlineData("s.", "P0\n.", "has the instruction PersId (0x50)")]
    [InlineData("s.", "\u00f7.", "has the instruction 247 (0xf7)")]
    [InlineData("s.", "K\u0001}b.", "must have attributes at a dictionary, a tensor or an object alone")]
    [InlineData("s.", "g\n.", "must have the number of a value that is kept")]
    [InlineData("s.", "g9\n.", "names value 9, which is not there")]
    [InlineData("s.", "l.", "must have a mark")]
    [InlineData("s.", "(K\u0001d.", "must have a value for each key")]
    [InlineData("s.", "\u0090.", "must have a mark")]
    [InlineData("s.", "a.", "must have a list to append to")]
    [InlineData("s.", "h\u0005.", "names value 5, which is not there")]
    [InlineData("s.", "j" + Endless + ".", "names value 2147483647, which is not there")]
    [InlineData("s.", "t.", "must have a mark")]
    [InlineData("s.", "(K\u0001u.", "must have a dictionary to set items in")]
    [InlineData("s.", "00000.", "takes a value where there is none")]
    [InlineData("s.", "(00000.", "takes a value where there is none")]
    [InlineData("s.", "s(K\u0001u.", "must have a value for each key")]
    [InlineData("s.", "s", "there must be 1 bytes more, but there are 0")]
    [InlineData("X\u0001\0\0\0x", "X" + Endless + "x", "there must be 2147483647 bytes more")]
    [InlineData("X\u0001\0\0\0x", "\u008d\u00ff\u00ff\u00ff\u00ff" + Endless + "x", "there must be 9223372036854775807 bytes more")]
    [InlineData("X\u0001\0\0\0x", "\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ffx", "there must be 18446744073709551615 bytes more")]
    [InlineData("X\u0001\0\0\0x", "T\u00ff\u00ff\u00ff\u00ffx", "bytes more")]
    [InlineData("X\u0001\0\0\0x", "\u0095\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u0001", "has the instruction 1 (0x01)")]
    [InlineData("X\u0001\0\0\0x", "X\u0001\0\0\0\u00ff", "is not in UTF-8")]
    [InlineData("X\u0001\0\0\0x", "B" + Endless + "x", "there must be 2147483647 bytes more")]
    [InlineData("X\u0001\0\0\0x", "\u008b\u00ff\u00ff\u00ff\u00ff", "bytes more")]
    [InlineData("cpuK\u0002", "cpuK\u0003", "storage '0' must have 12 bytes, but has 8")]
    [InlineData("cpuK\u0002", "cpuJ\u00ff\u00ff\u00ff\u00ff", "storage '0' has -1 numbers")]
    [InlineData("cpuK\u0002", "cpu\u008a\u0008\0\0\0\0\0\0\0\u0040", "storage '0' has 4611686018427387904 numbers")]
    [InlineData("cpuK\u0002", "cpu\u008a\u0009\0\0\0\0\0\0\0\0\u0001", "a storage must have a type")]
    [InlineData("cpuK\u0002", "cpuK\u0002)", "a part of storage '0' must have a name")]
    [InlineData("cpuK\u0002", "cpuK\u0002(X\u0001\0\0\01K\u0001K\u0002t", "within the 2 that it has")]
    [InlineData("cpuK\u0002", "cpuK\u0002(X\u0001\0\0\01J\u00ff\u00ff\u00ff\u00ffK\u0001t", "within the 2 that it has")]
    [InlineData("cpuK\u0002", "cpuK\u0002(X\u0001\0\0\01K\u0001K\u0001t", "'x' [2] F32, of strides [1] from number 0, does not fit in the 1 numbers")]

    [InlineData("\0\0\00X", "\0\0\01X", "there is no storage '1'")]
    [InlineData("QK\0", "QK\u0001", "'x' [2] F32, of strides [1] from number 1, does not fit in the 2 numbers that are there")]
    [InlineData("QK\0", "QJ\u00ff\u00ff\u00ff\u00ff", "from number -1, must have")]
    [InlineData("QK\0", "Q\u008a\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f", "from number 9223372036854775807, does not fit")]
    [InlineData("K\u0002\u0085", "K\u0003\u0085", "'x' [3] F32, of strides [1] from number 0, does not fit")]
    [InlineData("K\u0002\u0085", "J\u00ff\u00ff\u00ff\u00ff\u0085", "'x' [-1] F32")]
    [InlineData("K\u0002\u0085", "K\u0002K\u0001\u0086", "must have at most 64 sizes, as many strides")]
    [InlineData("K\u0002\u0085", "\u0088\u0085", "sizes and strides must be whole numbers")]
    [InlineData("K\u0001\u0085", "K\u0002\u0085", "'x' [2] F32, of strides [2] from number 0, does not fit")]
    [InlineData("K\u0001\u0085", "J\u00ff\u00ff\u00ff\u00ff\u0085", "no number below zero")]
    [InlineData(
        "K\u0002\u0085K\u0001\u0085",
        "\u008a\u0008\0\0\0\0\0\0\0\u0040K\u0004\u0086K\0K\0\u0086",
        "'x' [4611686018427387904, 4] F32, of strides [0, 0] from number 0, does not fit")]
    [InlineData(
        "K\u0002\u0085K\u0001\u0085",
        "\u008a\u0008\0\0\0\0\0\0\0\u0040K\0\u0086K\0K\0\u0086",
        "'x' [4611686018427387904, 0] F32, of strides [0, 0] from number 0, does not fit")]
    [InlineData(
        "K\u0002\u0085K\u0001\u0085",
        "K\u0002K\u0002\u0086\u008a\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007fK\u0001\u0086",
        "does not fit in the 2 numbers")]
    public void Pickle_that_is_wrong_somewhere_is_refused(string right, string wrong, string message) =>
        Refused(Pickles.Zip(Changed(right, wrong))).Should().Contain(message);

    [Fact]
    public void One_storage_in_two_types_is_refused() =>
        Refused(Pickles.Zip(Changed("s.", "sX\u0001\0\0\0y" + Pickles.Tensor.Replace("Float", "Int", StringComparison.Ordinal) + "s.")))
            .Should().Contain("storage '0' is 2 F32 in one place and 2 I32 in another");

    [Fact]
    public void Two_tensors_of_one_name_are_refused() =>
        Refused(Pickles.Zip(Changed("s.", "sX\u0001\0\0\0x" + Pickles.Tensor + "s."))).Should().Contain("two of its tensors have the name 'x'");

    [Fact]
    public void What_holds_itself_and_a_tensor_is_refused() =>
        Refused(Pickles.Zip($"]q\0{Pickles.Tensor}ah\0a.")).Should().Contain("nested more than 100 deep, or within itself");

    [Fact]
    public void What_holds_itself_and_no_tensor_is_passed_over() => Opened(Pickles.Zip(Changed("s.", "sX\u0001\0\0\0y]q\0h\0as."))).Should().Equal("x");

    [Fact]
    public void Functions_within_functions_are_refused()
    {
        const string OfClass = "ctorch._tensor\n_rebuild_from_type_v2\n";

        Refused(Pickles.Zip($"{OfClass}{Repeat($"({OfClass}N", 50_000)}){Repeat("t", 50_000)}R."))
            .Should().Contain("the arguments of TensorOfClass are others");
    }

    [Theory]
    [InlineData("N", "None")]
    [InlineData("\u0088", "True")]
    [InlineData("G\u003f\u00e0\0\0\0\0\0\0", "0.5")]
    [InlineData("G\u0040\0\0\0\0\0\0\0", "2.0")]
    [InlineData("I7\n", "7")]
    [InlineData("I01\n", "True")]
    [InlineData("L123456789012345678901L\n", "123456789012345678901")]
    [InlineData("F2.5\n", "2.5")]
    [InlineData("S'k'\n", "k")]
    [InlineData("Vk\n", "k")]
    [InlineData("X\u0001\0\0\0kK\u0001\u0086", "('k', 1)")]
    [InlineData("K\u0001\u0085", "(1,)")]
    [InlineData("cenum\nColor\n", "enum.Color#0")]
    [InlineData("cenum\nColor\nK\u0001\u0085R", "enum.Color#0")]
    public void Keys_that_are_no_texts_have_names(string key, string name) => Opened(Pickles.Zip(Changed("X\u0001\0\0\0x", key))).Should().Equal(name);

    [Theory]
    [InlineData("cos\nsystem\nX\u0001\0\0\0a\u0085R")]
    [InlineData("cos\nsystem\n)\u0081}b")]
    [InlineData("cos\nsystem\n)}\u0092")]
    [InlineData("(ios\nsystem\n")]
    [InlineData("(cos\nsystem\no")]
    [InlineData("\u0084\u0001\0\0\0")]
    [InlineData("cos\nsystem\n)RK\u0001K\u0002s(K\u0001K\u0002uK\u0001a(K\u0001e(K\u0001\u0090Nb")]
    [InlineData("B\u0002\0\0\0\u00ff\u00ff")]
    [InlineData("C\u0001\u00ff")]
    [InlineData("\u008e\u0001\0\0\0\0\0\0\0\u00ff")]
    [InlineData("\u0096\u0001\0\0\0\0\0\0\0\u00ff")]
    [InlineData("U\u0001\u00ff")]
    [InlineData("X\u0003\0\0\0\u00ed\u00b2\u0080")]
    [InlineData("\u008b\u0001\0\0\0\u0005")]
    [InlineData("\u008f(K\u0001\u0090")]
    [InlineData("(K\u0001\u0091")]
    [InlineData("c__builtin__\nset\n](K\u0001e\u0085R")]
    [InlineData("c_codecs\nencode\nX\u0001\0\0\0aX\u0006\0\0\0latin1\u0086R")]
    [InlineData("cbuiltins\ncomplex\nG\0\0\0\0\0\0\0\0G\0\0\0\0\0\0\0\0\u0086R")]
    [InlineData("ccollections\nCounter\n}K\u0001K\u0002s\u0085R")]
    [InlineData("(I1\nI2\nl")]
    [InlineData("(I1\nI2\nd")]
    [InlineData("Np5\n0g5\n")]
    [InlineData("N2\u0086")]
    public void What_is_no_tensor_is_passed_over_whatever_writes_it(string value) =>
        Opened(Pickles.Zip(Changed("s.", $"sX\u0001\0\0\0y{value}s."))).Should().Equal("x");

    [Theory]
    [InlineData("ccollections\nOrderedDict\n]](X\u0001\0\0\0x#ea\u0085R.", "x")]
    [InlineData("ccollections\nOrderedDict\n](X\u0001\0\0\0x#ta\u0085R.", "x")]
    [InlineData("cmine\nDict\n)\u0081X\u0001\0\0\0x#s.", "x")]
    [InlineData("cmine\nList\n)\u0081#a.", "0")]
    [InlineData("(X\u0001\0\0\0x#d.", "x")]
    [InlineData("(#l.", "0")]
    [InlineData("ctorch._utils\n_rebuild_parameter_with_state\n(#\u0088N}tR.", "")]
    [InlineData("ctorch.nn.parameter\nParameter\n#\u0085\u0081(\u0088NNtb.", "")]
    [InlineData("ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_parameter\ncmine\nTensor\n(#\u0088Nt}tR.", "")]
    public void Tensors_are_read_whatever_holds_them(string pickle, string name) =>
        Opened(Pickles.Zip(pickle.Replace("#", Pickles.Tensor, StringComparison.Ordinal))).Should().Equal(name);

    [Fact]
    public void Negated_tensor_has_the_other_sign()
    {
        string negated = Pickles.Right.Replace("\u0089NtR", "\u0089N}X\u0003\0\0\0neg\u0088stR", StringComparison.Ordinal);

        Numbers(Pickles.Zip(negated, 1f, -2f)).Should().Equal(-1, 2);
        Refused(Pickles.Zip(negated.Replace("Float", "Bool", StringComparison.Ordinal))).Should().Contain("must not be negated");
    }

    [Fact]
    public void Tensor_of_a_type_that_storages_do_not_have_is_in_a_storage_of_bytes()
    {
        string typed = Pickles.Right.Replace("tensor_v2", "tensor_v3", StringComparison.Ordinal)
            .Replace("torch\nFloatStorage", "torch.storage\nUntypedStorage", StringComparison.Ordinal)
            .Replace("cpuK\u0002", "cpuK\u0008", StringComparison.Ordinal);

        Numbers(Pickles.Zip(typed.Replace("NtR", "Nctorch\nfloat32\ntR", StringComparison.Ordinal), 1f, -2f)).Should().Equal(1, -2);
        Refused(Pickles.Zip(typed.Replace("NtR", "Nctorch\nfloat64\ntR", StringComparison.Ordinal))).Should().Contain("does not fit in the 1 numbers");
        Opened(Pickles.Zip(typed.Replace("NtR", "Nctorch\nuint16\ntR", StringComparison.Ordinal))).Should().Equal("x");
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static string Changed(string right, string wrong)
    {
        Pickles.Right.Should().Contain(right);
        return Pickles.Right.Replace(right, wrong, StringComparison.Ordinal);
    }

    private double[] Numbers(byte[] bytes)
    {
        File.WriteAllBytes(_path, bytes);
        using TorchWeightsFile file = TorchWeightsFile.Open(_path);
        using Tensor tensor = file.Read("x");
        return Close.Numbers(tensor);
    }

    private IReadOnlyList<string> Opened(byte[] bytes)
    {
        File.WriteAllBytes(_path, bytes);
        using TorchWeightsFile file = TorchWeightsFile.Open(_path);
        return file.Names;
    }

    private string RefusedWithinTheBound(byte[] bytes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Refused(bytes);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan((2L * bytes.Length) + (65 << 20));
        return message;
    }

    private string Refused(byte[] bytes)
    {
        File.WriteAllBytes(_path, bytes);
        Action open = () => TorchWeightsFile.Open(_path).Dispose();
        return open.Should().Throw<InvalidDataException>().Which.Message;
    }
}
