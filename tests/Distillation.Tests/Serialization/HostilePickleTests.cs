using Distillation.Serialization;

namespace Distillation.Tests.Serialization;

/// <summary>Pickles that are damaged, or made to do damage.</summary>
public sealed class HostilePickleTests : IDisposable
{
    private const string Endless = "\u00ff\u00ff\u00ff\u007f";

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void The_right_pickle_is_read() => Opened(Pickles.Zip(Pickles.Right)).Should().Equal("x");

    [Fact]
    public void Tensors_as_pytorch_wrote_them_first_are_read() => Opened(Pickles.Zip(Changed("tensor_v2", "tensor").Replace("\u0089NtR", "tR", StringComparison.Ordinal))).Should().Equal("x");

    [Fact]
    public void Texts_of_python_2_are_read() => Opened(Pickles.Zip(Changed("X\u0001\0\0\0x", "U\u0001x").Replace("X\u0007\0\0\0storage", "T\u0007\0\0\0storage", StringComparison.Ordinal))).Should().Equal("x");

    [Theory]
    [InlineData("ctorch\nFloatStorage\n", "cos\nsystem\n", "refers to os.system, which is not allowed")]
    [InlineData("ctorch\nFloatStorage\n", "X\u0002\0\0\0osX\u0006\0\0\0system\u0093", "refers to os.system, which is not allowed")]
    [InlineData("ctorch\nFloatStorage\n", "c__builtin__\neval\n", "refers to __builtin__.eval, which is not allowed")]
    [InlineData("ctorch\nFloatStorage\n", "ctorch\nload\n", "refers to torch.load, which is not allowed")]
    [InlineData("ctorch\nFloatStorage\n", "ctorch\nQInt8Storage\n", "refers to torch.QInt8Storage, which is not allowed")]
    [InlineData("ctorch\nFloatStorage\n", "ctorch\nfloat32\n", "a storage must have a type")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n", "ctorch\nFloatStorage\n", "must have one of the known functions before its arguments")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n", "ccollections\nOrderedDict\n", "the arguments of OrderedDictionary are others")]
    [InlineData("ctorch._utils\n_rebuild_tensor_v2\n", "ctorch._utils\n_rebuild_parameter\n", "the arguments of Parameter are others")]
    [InlineData("s.", "(ios\nsystem\n.", "has the instruction Inst (0x69), which is not allowed")]
    [InlineData("s.", "(o.", "has the instruction Obj (0x6f)")]
    [InlineData("s.", ")\u0081.", "has the instruction NewObj (0x81)")]
    [InlineData("s.", "\u0082\u0001.", "has the instruction Ext1 (0x82)")]
    [InlineData("s.", "P0\n.", "has the instruction PersId (0x50)")]
    [InlineData("s.", "\u00f7.", "has the instruction 247 (0xf7)")]
    [InlineData("s.", "}b.", "must have attributes at a dictionary alone")]
    [InlineData("s.", "a.", "must have a list to append to")]
    [InlineData("s.", "h\u0005.", "names value 5, which is not there")]
    [InlineData("s.", "j" + Endless + ".", "names value 2147483647, which is not there")]
    [InlineData("s.", "t.", "must have a mark")]
    [InlineData("s.", "(K\u0001u.", "must have a dictionary to set items in")]
    [InlineData("s.", "00000.", "takes a value where there is none")]
    [InlineData("s.", "(0.", "takes a value where there is none")]
    [InlineData("s.", "s(K\u0001u.", "must have a value for each key")]
    [InlineData("s.", "s", "there must be 1 bytes more, but there are 0")]
    [InlineData("X\u0001\0\0\0x", "X" + Endless + "x", "there must be 2147483647 bytes more")]
    [InlineData("X\u0001\0\0\0x", "\u008d\u00ff\u00ff\u00ff\u00ff" + Endless + "x", "there must be 9223372036854775807 bytes more")]
    [InlineData("X\u0001\0\0\0x", "\u008d\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ffx", "there must be 18446744073709551615 bytes more")]
    [InlineData("X\u0001\0\0\0x", "T\u00ff\u00ff\u00ff\u00ffx", "bytes more")]
    [InlineData("X\u0001\0\0\0x", "\u0095\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u0001", "has the instruction 1 (0x01)")]
    [InlineData("X\u0001\0\0\0x", "X\u0001\0\0\0\u00ff", "is not in UTF-8")]
    [InlineData("X\u0001\0\0\0x", "N", "the keys of '' must be texts or whole numbers")]
    [InlineData("cpuK\u0002", "cpuK\u0003", "storage '0' must have 12 bytes, but has 8")]
    [InlineData("cpuK\u0002", "cpuJ\u00ff\u00ff\u00ff\u00ff", "storage '0' has -1 numbers")]
    [InlineData("cpuK\u0002", "cpu\u008a\u0008\0\0\0\0\0\0\0\u0040", "storage '0' has 4611686018427387904 numbers")]
    [InlineData("cpuK\u0002", "cpu\u008a\u0009\0\0\0\0\0\0\0\0\u0001", "a storage must have a type")]
    [InlineData("cpuK\u0002", "cpuK\u0002)", "and be part of no other")]
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
    [InlineData("K\u0002\u0085K\u0001\u0085", "\u008a\u0008\0\0\0\0\0\0\0\u0040K\u0004\u0086K\0K\0\u0086", "'x' [4611686018427387904, 4] F32, of strides [0, 0] from number 0, does not fit")]
    [InlineData("K\u0002\u0085K\u0001\u0085", "\u008a\u0008\0\0\0\0\0\0\0\u0040K\0\u0086K\0K\0\u0086", "'x' [4611686018427387904, 0] F32, of strides [0, 0] from number 0, does not fit")]
    [InlineData("K\u0002\u0085K\u0001\u0085", "K\u0002K\u0002\u0086\u008a\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007fK\u0001\u0086", "does not fit in the 2 numbers")]
    public void A_pickle_that_is_wrong_somewhere_is_refused(string right, string wrong, string message) => Refused(Pickles.Zip(Changed(right, wrong))).Should().Contain(message);

    [Fact]
    public void A_place_far_away_to_keep_a_value_takes_no_memory() => Opened(Pickles.Zip(Changed("s.", "r\u00ff\u00ff\u00ff\u00ffs."))).Should().Equal("x");

    [Fact]
    public void More_dimensions_than_any_network_has_are_refused()
    {
        string Of(int count) => Changed("K\u0002\u0085K\u0001\u0085", $"({Repeat("K\u0001", count)}t({Repeat("K\u0001", count)}t");

        Opened(Pickles.Zip(Of(64))).Should().Equal("x");
        Refused(Pickles.Zip(Of(65))).Should().Contain("must have at most 64 sizes");
    }

    [Fact]
    public void One_storage_in_two_types_is_refused() =>
        Refused(Pickles.Zip(Changed("s.", "sX\u0001\0\0\0y" + Pickles.Tensor.Replace("Float", "Int", StringComparison.Ordinal) + "s."))).Should().Contain("storage '0' is 2 F32 in one place and 2 I32 in another");

    [Fact]
    public void Two_tensors_of_one_name_are_refused() =>
        Refused(Pickles.Zip(Changed("s.", "sX\u0001\0\0\0x" + Pickles.Tensor + "s."))).Should().Contain("two of its tensors have the name 'x'");

    [Theory]
    [InlineData(100, false)]
    [InlineData(101, true)]
    [InlineData(1_000_000, true)]
    public void What_is_nested_too_deep_is_refused(int depth, bool refused)
    {
        byte[] file = Pickles.Zip($"{Repeat("]", depth)}{Pickles.Tensor}{Repeat("a", depth)}.");

        if (refused)
        {
            Refused(file).Should().Match(message => message.Contains("nested more than 100 deep") || message.Contains("is refused: beside its tensors"));
        }
        else
        {
            Opened(file).Should().ContainSingle();
        }
    }

    [Fact]
    public void What_holds_itself_is_refused() => Refused(Pickles.Zip("]q\0h\0a.")).Should().Contain("nested more than 100 deep, or within itself");

    [Fact]
    public void What_is_small_and_says_much_is_refused()
    {
        // Each list has the one before it twice: 2^90 tensors.
        string pickle = $"]{Pickles.Tensor}a{Repeat("q\0](h\0h\0e", 90)}.";

        RefusedWithinTheBound(Pickles.Zip(pickle)).Should().Contain("beside its tensors it says more than 64 MB");
    }

    [Theory]
    [InlineData("]")]
    [InlineData("(")]
    [InlineData("N")]
    [InlineData("}")]
    [InlineData(")q\0")]
    [InlineData("]r\0\0\0\0")]
    [InlineData("\u0088\u0094")]
    [InlineData("ctorch\nfloat\n")]
    [InlineData("K\u0001\u0085")]
    public void Memory_is_bound_whatever_is_said_often(string instruction) =>
        RefusedWithinTheBound(Pickles.Zip(Repeat(instruction, 5_000_000 / instruction.Length))).Should().StartWith($"'{_path}'");

    [Fact]
    public void A_pickle_cut_anywhere_is_refused()
    {
        for (int length = 0; length < Pickles.Right.Length; length++)
        {
            Refused(Pickles.Zip(Pickles.Right[..length])).Should().StartWith($"'{_path}'");
        }
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static string Changed(string right, string wrong)
    {
        Pickles.Right.Should().Contain(right);
        return Pickles.Right.Replace(right, wrong, StringComparison.Ordinal);
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
