using System.Buffers.Binary;
using System.IO.Compression;
using Distillation.Serialization;

namespace Distillation.Tests.Serialization;

/// <summary>Files of PyTorch that are damaged, or made to do damage, around the pickle.</summary>
public sealed class HostileTorchFileTests : IDisposable
{
    private static readonly string[] Fixtures =
        ["mlp.pth", "mlp.legacy.pth", "mixed.pth", "mixed.legacy.pth", "mixed.protocol4.pth", "beside.pth", "beside.protocol1.pth", "python2.pth"];

    private static readonly string[] Words =
    [
        "(", ".", "0", "1", "}", "]", ")", "s", "u", "a", "e", "t", "R", "Q", "b", "q\0", "h\0", "\u0085", "\u0086", "\u0088", "\u0094", "\u0093", "N", "K\0",
        "J\u00ff\u00ff\u00ff\u00ff", "ctorch._utils\n_rebuild_tensor_v2\n",
        "ctorch\nLongStorage\n",
        "ccollections\nOrderedDict\n",
        "X\u0001\0\0\00",
        "\u008a\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f",
        "\u008d",
        "\u00ff\u00ff\u00ff\u00ff",
        "PK\u0001\u0002",
        "PK\u0005\u0006",
        "\0",
        "cos\nsystem\n", ")\u0081", "}\u0092", "(ios\nsystem\n", "o", "2", "l", "d", "g0\n", "p0\n", "I1\n", "L1L\n", "F1\n", "S'a'\n", "Va\n",
        "B\u0001\0\0\0a", "C\u0001a", "\u008f", "\u0090", "\u0091", "\u0082\u0001", "\u008b\u0001\0\0\0a",
        "ctorch._utils\n_rebuild_tensor_v3\n", "ctorch._tensor\n_rebuild_from_type_v2\n", "ctorch._utils\n_rebuild_parameter_with_state\n",
        "ctorch._utils\n_rebuild_qtensor\n", "ccollections\nCounter\n", "ctorch\nuint16\n",
    ];

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _path = Path.GetTempFileName();

    public void Dispose()
    {
        _scope.Dispose();
        File.Delete(_path);
    }

    [Theory]
    [InlineData("mlp.pth")]
    [InlineData("mlp.legacy.pth")]
    [InlineData("mixed.legacy.pth")]
    public void File_cut_anywhere_is_refused(string name)
    {
        byte[] whole = TorchFixture.Bytes(name);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_path, whole[..length]);
            Message().Should().StartWith($"'{_path}'");
        }
    }

    [Fact]
    public void Compressed_entry_is_refused() =>
        Refused(Pickles.Zip(CompressionLevel.Optimal, ("a/data.pkl", Pickles.Bytes(Pickles.Right)), ("a/data/0", new byte[1 << 20])))
            .Should().Contain("'a/data.pkl' is compressed or encrypted");

    [Fact]
    public void Name_that_leads_out_of_the_file_leads_nowhere()
    {
        byte[] file = Pickles.Zip(
            CompressionLevel.NoCompression, ("../../escaped", [1]), ("/escaped", [1]), ("a/data.pkl", Pickles.Bytes(Pickles.Right)), ("a/data/0", new byte[8]));
        string[] before = [.. Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(_path)!, "escaped*")];

        Opened(file).Should().Equal("x");

        Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(_path)!, "escaped*").Should().Equal(before);
    }

    [Fact]
    public void Storage_outside_of_the_file_is_not_found() =>
        Refused(Pickles.Zip(Pickles.Right.Replace("X\u0001\0\0\00", "X\u000b\0\0\0/etc/passwd", StringComparison.Ordinal)))
            .Should().Contain("there is no storage '/etc/passwd'");

    [Fact]
    public void Zip_file_of_something_else_is_refused() =>
        Refused(Pickles.Zip(CompressionLevel.NoCompression, ("readme.txt", [1]))).Should().Contain("must have one folder with data.pkl, but has none");

    [Fact]
    public void Two_pickles_are_refused() =>
        Refused(Pickles.Zip(CompressionLevel.NoCompression, ("a/data.pkl", [1]), ("b/data.pkl", [1])))
            .Should().Contain("must have one folder with data.pkl, but has more");

    [Fact]
    public void Two_entries_of_one_name_are_refused() =>
        Refused(Pickles.Zip(CompressionLevel.NoCompression, ("a/data/0", [1]), ("a/data/0", [1]))).Should().Contain("'a/data/0' comes twice");

    [Theory]
    [InlineData("big")]
    [InlineData("")]
    public void Numbers_of_another_byte_order_are_refused(string order) =>
        Refused(Pickles.Zip(
            CompressionLevel.NoCompression, ("a/data.pkl", Pickles.Bytes(Pickles.Right)), ("a/byteorder", Pickles.Bytes(order)), ("a/data/0", new byte[8])))
            .Should().Contain($"must be little-endian, but are '{order}'");

    [Fact]
    public void Numbers_that_are_marked_as_little_endian_are_read() =>
        Opened(Pickles.Zip(
            CompressionLevel.NoCompression, ("a/data.pkl", Pickles.Bytes(Pickles.Right)), ("a/byteorder", Pickles.Bytes("little")), ("a/data/0", new byte[8])))
            .Should().Equal("x");

    [Fact]
    public void List_of_entries_in_64_bits_is_read()
    {
        byte[] file = TorchFixture.Bytes("mlp.pth");
        file.AsSpan(^14..^2).Fill(0xff); // of the end in 32 bits: numbers of entries, length and place

        Opened(file).Should().Equal("in.weight", "in.bias", "out.weight", "out.bias");
    }

    [Theory]
    [InlineData(-12, 3L, "it must have 3 entries, but has 6", 2)]
    [InlineData(-10, 0xfffffff0L, "its list of entries must be within", 4)]
    [InlineData(-6, 0xfffffff0L, "its list of entries must be within", 4)]
    [InlineData(-6, 7L, "there is no entry at byte 7", 4)]
    public void End_that_lies_is_refused(int at, long value, string message, int width)
    {
        byte[] file = TorchFixture.Bytes("mlp.pth");
        BitConverter.GetBytes(value).AsSpan(0, width).CopyTo(file.AsSpan(file.Length + at));

        Refused(file).Should().Contain(message);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(24)]
    [InlineData(42)]
    public void Entry_that_lies_beyond_the_file_is_refused(int at)
    {
        byte[] file = TorchFixture.Bytes("mlp.pth");
        int entry = file.AsSpan().IndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(entry + at), 0x7fffffff);

        Refused(file).Should().StartWith($"'{_path}'");
    }

    [Fact]
    public void Right_old_file_is_read() => Opened(Pickles.Legacy(Pickles.Right)).Should().Equal("x");

    [Theory]
    [InlineData("].", 2, 8, "must have each of 1 once")]
    [InlineData("](X\u0001\0\0\00X\u0001\0\0\00e.", 2, 8, "must have each of 1 once")]
    [InlineData("]X\u0001\0\0\01a.", 2, 8, "no tensor has storage '1'")]
    [InlineData("]K\0a.", 2, 8, "no tensor has storage '0'")]
    [InlineData("}.", 2, 8, "the list of its storages")]
    [InlineData("]X\u0001\0\0\00a.", 3, 8, "storage '0' must have 2 numbers, but has 3")]
    [InlineData("]X\u0001\0\0\00a.", -1, 8, "storage '0' must have 2 numbers, but has -1")]
    [InlineData("]X\u0001\0\0\00a.", 2, 7, "there must be 8 bytes more, but there are 7")]
    [InlineData("]X\u0001\0\0\00a.", 2, 9, "its storages must end with it")]
    public void Storages_of_an_old_file_that_do_not_fit_are_refused(string keys, long count, int bytes, string message) =>
        Refused(Pickles.Legacy(Pickles.Right, keys, count, bytes)).Should().Contain(message);

    [Fact]
    public void Pickle_of_something_else_is_refused() =>
        Refused(Pickles.Bytes("\u0080\u0002K\u0001.")).Should().Contain("is a pickle, but none that torch.save writes");

    [Fact]
    public void Old_file_of_another_byte_order_is_refused()
    {
        byte[] file = Pickles.Legacy(Pickles.Right);
        file[file.AsSpan().IndexOf((byte)0x88)] = 0x89;

        Refused(file).Should().Contain("little-endian");
    }

    [Fact]
    public void Damage_of_any_kind_gives_a_clear_refusal_or_a_clean_read_and_reserves_no_more_than_the_file()
    {
        byte[][] valid = [.. Fixtures.Select(TorchFixture.Bytes), Pickles.Zip(Pickles.Right), Pickles.Legacy(Pickles.Right)];

        Survives(valid, bytes => bytes, LongForm.Times(6_000));
    }

    [Fact]
    public void Damage_of_any_kind_in_a_pickle_gives_a_clear_refusal_or_a_clean_read_and_reserves_no_more_than_the_file()
    {
        byte[][] valid = [Pickles.Bytes(Pickles.Right), Pickles.Bytes(Pickles.Right.Replace("}X", "}q\0(X", StringComparison.Ordinal)
            .Replace("s.", "X\u0001\0\0\0y" + Pickles.Tensor + "u}X\u0001\0\0\0zNsb.", StringComparison.Ordinal))];

        Survives(valid, Pickles.Zip, LongForm.Times(6_000));
    }

    [Fact]
    public void No_tensor_and_no_open_file_is_left_by_a_refusal()
    {
        Leak.None(() => Refused(TorchFixture.Bytes("mlp.pth")[..^1]));

        File.Open(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
    }

    private void Survives(byte[][] valid, Func<byte[], byte[]> around, int rounds)
    {
        var mutator = new Mutator(seed: 7, [.. Words.Select(Pickles.Bytes)], _ => { });
        int read = 0;
        for (int round = 0; round < rounds; round++)
        {
            byte[] bytes = around(mutator.Mutate(valid));
            File.WriteAllBytes(_path, bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using TorchWeightsFile file = TorchWeightsFile.Open(_path);
                Within(bytes.Length, before);
                foreach (string name in file.Names.Where(name => file.Find(name)!.ScalarType is not null))
                {
                    using Tensor tensor = file.Read(name);
                    tensor.shape.SequenceEqual(file.Find(name)!.Shape).Should().BeTrue();
                }

                read++;
            }
            catch (InvalidDataException exception)
            {
                Within(bytes.Length, before);
                exception.Message.Should().StartWith($"'{_path}'");
            }
        }

        read.Should().BeInRange(rounds / 100, rounds - (rounds / 100), "damage must be neither always nor never noticed");
    }

    private static void Within(int length, long before) => (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan((2 * length) + (1 << 20));

    private IReadOnlyList<string> Opened(byte[] bytes)
    {
        File.WriteAllBytes(_path, bytes);
        using TorchWeightsFile file = TorchWeightsFile.Open(_path);
        return file.Names;
    }

    private string Message()
    {
        try
        {
            TorchWeightsFile.Open(_path).Dispose();
            return "it was opened";
        }
        catch (InvalidDataException exception)
        {
            return exception.Message;
        }
    }

    private string Refused(byte[] bytes)
    {
        File.WriteAllBytes(_path, bytes);
        Action open = () => TorchWeightsFile.Open(_path).Dispose();
        return open.Should().Throw<InvalidDataException>().Which.Message;
    }
}
