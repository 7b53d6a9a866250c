using Distillation.Serialization;

namespace Distillation.Tests.Serialization;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string Path => System.IO.Path.Combine(_folder.FullName, "tensors");

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void File_put_together_by_hand_is_read()
    {
        using SafetensorsFile file = Open(Bytes.File(
            """{"y":{"data_offsets":[6,6],"shape":[3,0],"dtype":"F64"},"x":{"dtype":"I16","shape":[3,1],"data_offsets":[0,6]},"""
            + "\"__metadata__\"" + """:{"by":"h\u00e4nd"},"s":{"dtype":"BF16","shape":[],"data_offsets":[6,8]}}   """,
            1, 0, 2, 0, 0xff, 0xff, 0x80, 0x3f));

        file.Names.Should().Equal("x", "y", "s");
        file.Metadata.Should().Equal(new Dictionary<string, string> { ["by"] = "händ" });
        file.Read("x").data<short>().ToArray().Should().Equal(1, 2, -1);
        file.Read("x").shape.Should().Equal(3, 1);
        file.Read("y").shape.Should().Equal(3, 0);
        file.Read("s").dtype.Should().Be(torch.ScalarType.BFloat16);
        Close.Numbers(file.Read("s")).Should().Equal(1);
        file.Find("s")!.Shape.Should().BeEmpty();
        file.Find("t").Should().BeNull();
    }

    [Theory]
    [InlineData("\"__metadata__\":null,", "")]
    [InlineData("", "\"note\":\"n\",")]
    [InlineData("", "\"note\":{\"dtype\":[[{\"shape\":1e9}]]},\"note\":null,")]
    public void What_the_reference_implementation_passes_over_is_passed_over(string before, string within)
    {
        using SafetensorsFile file = Open(Bytes.File("{" + before + "\"x\":{" + within + "\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}", 7, 8));

        file.Metadata.Should().BeEmpty();
        file.Read("x").data<byte>().ToArray().Should().Equal(7, 8);
    }

    [Fact]
    public void File_without_tensors_is_read()
    {
        using SafetensorsFile file = Open(Bytes.File("{}"));

        file.Names.Should().BeEmpty();
        file.Metadata.Should().BeEmpty();
    }

    [Fact]
    public void Type_of_another_library_is_listed_and_not_read()
    {
        using SafetensorsFile file = Open(
            Bytes.File("""{"f":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]},"g":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}""", 1, 2, 3));

        file.Find("f")!.Dtype.Should().Be("F8_E4M3");
        file.Find("f")!.ScalarType.Should().BeNull();
        file.Read("g").data<byte>().ToArray().Should().Equal(3);
        FluentActions.Invoking(() => file.Read("f")).Should().Throw<InvalidDataException>().WithMessage($"'{Path}' has 'f' as F8_E4M3, but only I64*");
    }

    [Fact]
    public void Values_are_read_into_a_tensor_that_is_there()
    {
        using SafetensorsFile file = Open(Three());
        Tensor tensor = torch.zeros([3, 2], torch.ScalarType.Byte);

        file.ReadInto("x", tensor);

        tensor.data<byte>().ToArray().Should().Equal(1, 2, 3, 4, 5, 6);
    }

    [Fact]
    public void Tensor_that_cannot_take_the_values_is_refused()
    {
        using SafetensorsFile file = Open(Three());
        Tensor[] wrong =
            [torch.zeros([2, 3], torch.ScalarType.Byte), torch.zeros([3, 2], torch.ScalarType.Int8), torch.zeros([2, 3], torch.ScalarType.Byte).t()];

        foreach (Tensor tensor in wrong)
        {
            FluentActions.Invoking(() => file.ReadInto("x", tensor)).Should().Throw<ArgumentException>().WithMessage("'x' is ?3, 2? U8*");
            Close.Numbers(tensor).Should().AllBeEquivalentTo(0.0);
        }
    }

    [Theory]
    [InlineData(new long[] { 2, 0, 1, 1 }, new byte[] { 5, 6, 1, 2, 3, 4, 3, 4 })]
    [InlineData(new long[] { 0, 1, 2 }, new byte[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData(new long[] { }, new byte[] { })]
    public void Rows_are_read_in_the_order_of_their_numbers(long[] numbers, byte[] expected)
    {
        using SafetensorsFile file = Open(Three());

        Tensor rows = file.ReadRows("x", numbers);

        rows.shape.Should().Equal(numbers.Length, 2);
        rows.bytes.ToArray().Should().Equal(expected);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void Row_that_is_not_there_is_refused(long number)
    {
        using SafetensorsFile file = Open(Three());

        FluentActions.Invoking(() => file.ReadRows("x", [0, number])).Should().Throw<ArgumentException>().WithMessage($"*'x'*?0, 2?, but one is {number}.*");
    }

    [Fact]
    public void Rows_of_a_scalar_are_refused()
    {
        using SafetensorsFile file = Open(Bytes.File("""{"s":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}""", 1));

        FluentActions.Invoking(() => file.ReadRows("s", [0])).Should().Throw<ArgumentException>().WithMessage("'s' is a scalar*");
    }

    [Fact]
    public void Name_that_is_not_there_is_refused_with_those_that_are()
    {
        using SafetensorsFile file = Open(Three());

        FluentActions.Invoking(() => file.Read("w")).Should().Throw<ArgumentException>().WithMessage("There is no tensor 'w'*: x.*");
    }

    [Fact]
    public void Many_threads_read_at_once()
    {
        Tensor rows = torch.arange(4000, torch.ScalarType.Int64).view(1000, 4);
        Safetensors.Write(Path, new Dictionary<string, Tensor> { ["x"] = rows });
        using SafetensorsFile file = SafetensorsFile.Open(Path);

        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 4 }, thread =>
        {
            for (int number = thread; number < 1000; number += 8)
            {
                using Tensor row = file.ReadRows("x", [number]);
                row.data<long>().ToArray().Should().Equal(4 * number, (4 * number) + 1, (4 * number) + 2, (4 * number) + 3);
            }
        });
    }

    [Fact]
    public void File_that_became_shorter_is_noticed_when_it_is_read()
    {
        using SafetensorsFile file = Open(Three());
        using (var other = new FileStream(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            other.SetLength(20);
        }

        FluentActions.Invoking(() => file.Read("x")).Should().Throw<EndOfStreamException>().WithMessage("*shorter*");
        FluentActions.Invoking(() => file.ReadRows("x", [2])).Should().Throw<EndOfStreamException>().WithMessage("*shorter*");
    }

    [Fact]
    public void Closed_file_is_refused()
    {
        SafetensorsFile file = Open(Three());
        file.Dispose();

        FluentActions.Invoking(() => file.Read("x")).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Reading_leaves_no_tensor_but_what_it_gives()
    {
        using SafetensorsFile file = Open(Three());

        Leak.None(() =>
        {
            file.Read("x").Dispose();
            file.ReadRows("x", [1, 0]).Dispose();
        });
        File.WriteAllBytes(Path + ".short", Three());
        using SafetensorsFile cut = SafetensorsFile.Open(Path + ".short");
        using (var other = new FileStream(Path + ".short", FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            other.SetLength(20);
        }

        Leak.None(() =>
        {
            FluentActions.Invoking(() => cut.Read("x")).Should().Throw<EndOfStreamException>();
            FluentActions.Invoking(() => cut.ReadRows("x", [1])).Should().Throw<EndOfStreamException>();
        });
    }

    private static byte[] Three() => Bytes.File("""{"x":{"dtype":"U8","shape":[3,2],"data_offsets":[0,6]}}""", 1, 2, 3, 4, 5, 6);

    private SafetensorsFile Open(byte[] bytes)
    {
        File.WriteAllBytes(Path, bytes);
        return SafetensorsFile.Open(Path);
    }
}
