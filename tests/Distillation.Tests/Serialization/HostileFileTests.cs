using System.Text;
using Distillation.Serialization;

namespace Distillation.Tests.Serialization;

/// <summary>Files that are damaged, or made to do damage.</summary>
public sealed class HostileFileTests : IDisposable
{
    private const string Right = """{"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"y":{"dtype":"F32","shape":[],"data_offsets":[3,7]}}""";

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _path = Path.GetTempFileName();

    public void Dispose()
    {
        _scope.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public void Right_header_is_read() => Open(Bytes.File(Right, new byte[7]));

    [Theory]
    [InlineData("[3]", "[4]", "'x' [4] U8 does not fit in the 3 bytes")]
    [InlineData("[3]", "[0]", "'x' [0] U8 does not fit in the 3 bytes")]
    [InlineData("[3]", "[-3]", "shape of 'x' must be at most 64 whole numbers, zero or positive")]
    [InlineData("[3]", "[3.0]", "shape of 'x' must be")]
    [InlineData("[3]", "[3e0]", "shape of 'x' must be")]
    [InlineData("[3]", "[\"3\"]", "shape of 'x' must be")]
    [InlineData("[3]", "[null]", "shape of 'x' must be")]
    [InlineData("[3]", "[9223372036854775808]", "shape of 'x' must be")]
    [InlineData("[3]", "[4611686018427387904,4,3]", "'x' [4611686018427387904, 4, 3] U8 does not fit")]
    [InlineData("[3]", "[4294967296,4294967296,3]", "does not fit")]
    [InlineData("[3]", "[9223372036854775807,9223372036854775807,9223372036854775807]", "does not fit")]
    [InlineData("[3]", "3", "shape of 'x' must be a JSON array, but is Number")]
    [InlineData("[3]", "[[3]]", "shape of 'x' must be")]
    [InlineData("[3]", "{}", "shape of 'x' must be a JSON array, but is StartObject")]
    [InlineData("[0,3]", "[0,2]", "does not fit in the 2 bytes")]
    [InlineData("[0,3]", "[3,0]", "in bytes 3 to 0")]
    [InlineData("[0,3]", "[-1,2]", "data_offsets of 'x' must be at most 2 whole numbers")]
    [InlineData("[0,3]", "[0,3,3]", "data_offsets of 'x' must be at most 2 whole numbers")]
    [InlineData("[0,3]", "[0]", "'x' must have dtype, shape and two data_offsets")]
    [InlineData("[0,3]", "[0,18446744073709551615]", "data_offsets of 'x' must be")]
    [InlineData("[0,3]", "[0,9223372036854775807]", "in bytes 0 to 9223372036854775807")]
    [InlineData("[0,3]", "[1,4]", "'x' must begin at byte 0")]
    [InlineData("[3,7]", "[2,6]", "'y' must begin at byte 3")]
    [InlineData("[3,7]", "[4,8]", "'y' must begin at byte 3")]
    [InlineData("[3,7]", "[3,8]", "end by byte 7, but is in bytes 3 to 8")]
    [InlineData("[3,7]", "[3,6]", "'y' [] F32 does not fit in the 3 bytes")]
    [InlineData("[],\"data_offsets\":[3,7]", "[0,4611686018427387904,4],\"data_offsets\":[3,3]", "does not fit in the 0 bytes")]
    [InlineData(",\"y\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[3,7]}", "", "must fill the 7 bytes behind the header, but end at byte 3")]
    [InlineData("\"y\"", "\"x\"", "'x' comes twice")]
    [InlineData("\"y\"", "\"\\u0078\"", "'x' comes twice")]
    [InlineData("\"U8\"", "8", "dtype of 'x' must be a JSON string, but is Number")]
    [InlineData("\"U8\"", "null", "dtype of 'x' must be a JSON string, but is Null")]
    [InlineData("\"dtype\":\"U8\",", "", "'x' must have dtype, shape and two data_offsets")]
    [InlineData("\"dtype\":\"U8\",", "\"dtype\":\"U8\",\"dtype\":\"U8\",", "each once, but has one of them twice")]
    [InlineData("\"dtype\":\"U8\",", "\"dtype\":\"U8\",\"more\":,", "JSON in UTF-8")]
    [InlineData("{\"x\"", "{\"__metadata__\":{\"a\":1},\"x\"", "'a' in __metadata__ must be a JSON string")]
    [InlineData("{\"x\"", "{\"__metadata__\":[],\"x\"", "__metadata__ must be a JSON object")]
    [InlineData("{\"x\"", "{\"__metadata__\":null,\"__metadata__\":null,\"x\"", "'__metadata__' comes twice")]
    [InlineData("{\"x\"", "{\"__metadata__\":{\"a\":{\"b\":\"c\"}},\"x\"", "'a' in __metadata__ must be a JSON string")]
    [InlineData("{\"x\"", "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"},\"x\"", "'a' comes twice")]
    [InlineData("{\"x\"", "{\"__metadata__\":{},\"__metadata__\":{},\"x\"", "'__metadata__' comes twice")]
    [InlineData("{\"x\"", " {\"x\"", "its header must begin with '{'")]
    [InlineData("{\"x\"", "{/**/\"x\"", "JSON in UTF-8")]
    [InlineData("{\"x\"", "{\"\\ud800\"", "JSON in UTF-8")]
    [InlineData("]}}", "]}},", "JSON in UTF-8")]
    [InlineData("]}}", "]}}{}", "JSON in UTF-8")]
    [InlineData("]}}", "]},}", "JSON in UTF-8")]
    [InlineData("]}}", "]}", "JSON in UTF-8")]
    [InlineData("]}}", "]}}\0", "JSON in UTF-8")]
    public void Header_that_is_wrong_somewhere_is_refused(string right, string wrong, string message)
    {
        Right.Should().Contain(right);

        Refused(Bytes.File(Right.Replace(right, wrong, StringComparison.Ordinal), new byte[7])).Should().Contain(message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"{}\"")]
    public void Header_that_is_no_object_is_refused(string header) => Refused(Bytes.File(header)).Should().Contain("must begin with '{'");

    [Fact]
    public void Tensor_that_is_no_object_is_refused() => Refused(Bytes.File("""{"x":[]}""")).Should().Contain("'x' must be a JSON object, but is StartArray");

    [Fact]
    public void Header_that_is_very_deep_is_refused() =>
        Refused(Bytes.File("{\"x\":{\"more\":" + new string('[', 100_000))).Should().Contain("at most 127 deep");

    [Fact]
    public void Names_that_are_not_utf8_are_refused()
    {
        byte[] header = Encoding.Latin1.GetBytes(Right.Replace("\"x\"", "\"\u00e4\"", StringComparison.Ordinal));

        Refused(Bytes.File(header, new byte[7])).Should().Contain("JSON in UTF-8");
    }

    [Fact]
    public void More_dimensions_than_any_network_has_are_refused()
    {
        string ones = string.Join(',', Enumerable.Repeat(1, 64));

        Open(Bytes.File("{\"x\":{\"dtype\":\"U8\",\"shape\":[" + ones + "],\"data_offsets\":[0,1]}}", 1));
        Refused(Bytes.File("{\"x\":{\"dtype\":\"U8\",\"shape\":[" + ones + ",1],\"data_offsets\":[0,1]}}", 1)).Should().Contain("at most 64");
    }

    [Fact]
    public void File_with_more_behind_the_tensors_is_refused() => Refused(Bytes.File(Right, new byte[8])).Should().Contain("must fill the 8 bytes");

    [Fact]
    public void File_cut_anywhere_is_refused()
    {
        byte[] whole = Bytes.File(Right, new byte[7]);
        for (int length = 0; length < whole.Length; length++)
        {
            Refused(whole[..length]).Should().StartWith($"'{_path}'");
        }
    }

    [Theory]
    [InlineData(113L, "at most 112 bytes, but announces 113")]
    [InlineData(100_000_001L, "at most 112 bytes, but announces 100000001")]
    [InlineData(long.MaxValue, "at most 112 bytes, but announces 9223372036854775807")]
    [InlineData(-1L, "at most 112 bytes, but announces 18446744073709551615")]
    public void Length_that_lies_is_refused_and_reserves_nothing(long length, string message)
    {
        byte[] lying = [.. BitConverter.GetBytes(length), .. new byte[112]];
        File.WriteAllBytes(_path, lying);
        _ = Message(_path);

        long before = GC.GetAllocatedBytesForCurrentThread();
        string text = Message(_path);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(64 << 10);
        text.Should().Contain(message);
    }

    [Fact]
    public void Header_longer_than_the_format_allows_is_refused()
    {
        using (FileStream file = File.OpenWrite(_path))
        {
            file.Write(BitConverter.GetBytes(100_000_001L));
            file.SetLength(200_000_000); // a hole: it takes no place on the disk
        }

        Message(_path).Should().Contain("at most 100000000 bytes, but announces 100000001");
    }

    [Fact]
    public void Damage_of_any_kind_gives_a_clear_refusal_or_a_clean_read_and_reserves_no_more_than_the_file()
    {
        byte[][] valid =
        [
            Bytes.File(Right, 1, 2, 3, 0, 0, 0x80, 0x3f),
            Bytes.File(
                """{"__metadata__":{"format":"pt","\u00e4":""},"a":{"dtype":"I64","shape":[1,2],"data_offsets":[0,16]},"""
                + "\"b\"" + """:{"dtype":"F8_E5M2","shape":[0],"data_offsets":[16,16]}}""",
                new byte[16]),
            Bytes.File("{}      "),
        ];
        var mutator = Mutator.OfSafetensors(seed: 7);
        int rounds = LongForm.Times(10_000);
        int read = 0;
        for (int round = 0; round < rounds; round++)
        {
            byte[] bytes = mutator.Mutate(valid);
            File.WriteAllBytes(_path, bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using SafetensorsFile file = SafetensorsFile.Open(_path);
                (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan((2 * bytes.Length) + (64 << 10));
                foreach (string name in file.Names.Where(name => file.Find(name)!.ScalarType is not null))
                {
                    using Tensor tensor = file.Read(name);
                    tensor.shape.Should().Equal(file.Find(name)!.Shape);
                }

                read++;
            }
            catch (InvalidDataException exception)
            {
                (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan((2 * bytes.Length) + (64 << 10));
                exception.Message.Should().StartWith($"'{_path}'");
            }
        }

        read.Should().BeInRange(rounds / 100, rounds - (rounds / 100), "damage must be neither always nor never noticed");
    }

    [Fact]
    public void No_tensor_and_no_open_file_is_left_by_a_refusal()
    {
        Leak.None(() => Refused(Bytes.File(Right, new byte[6])));

        File.Open(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
    }

    // Of a header of the wrong length little is seen.
    private static string Message(string path)
    {
        try
        {
            SafetensorsFile.Open(path).Dispose();
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
        Action open = () => SafetensorsFile.Open(_path).Dispose();
        return open.Should().Throw<InvalidDataException>().Which.Message;
    }

    private void Open(byte[] bytes)
    {
        File.WriteAllBytes(_path, bytes);
        SafetensorsFile.Open(_path).Dispose();
    }
}
