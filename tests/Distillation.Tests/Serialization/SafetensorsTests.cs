using System.Text;
using CsCheck;
using Distillation.Serialization;

namespace Distillation.Tests.Serialization;

public sealed class SafetensorsTests : IDisposable
{
    private static readonly torch.ScalarType[] Types =
    [
        torch.ScalarType.Float64, torch.ScalarType.Float32, torch.ScalarType.Float16, torch.ScalarType.BFloat16,
        torch.ScalarType.Int64, torch.ScalarType.Int32, torch.ScalarType.Int16, torch.ScalarType.Int8, torch.ScalarType.Byte, torch.ScalarType.Bool,
    ];

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string Path => System.IO.Path.Combine(_folder.FullName, "tensors");

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Bytes_are_those_of_the_format()
    {
        var tensors = new Dictionary<string, Tensor>
        {
            ["b"] = torch.tensor(new[] { true, false }),
            ["w"] = torch.tensor(new[,] { { 1f, 2f }, { 3f, 4f } }).t(),
            ["n"] = torch.tensor(258L),
            ["a"] = torch.zeros(0, 3),
        };

        Safetensors.Write(Path, tensors, new Dictionary<string, string> { ["format"] = "pt" });

        // 235 characters of JSON, padded to a multiple of eight; then 258, the columns 1 3 and 2 4, true and false.
        const string Header =
            """{"__metadata__":{"format":"pt"},"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"a":"""
            + """{"dtype":"F32","shape":[0,3],"data_offsets":[8,8]},"w":"""
            + """{"dtype":"F32","shape":[2,2],"data_offsets":[8,24]},"b":{"dtype":"BOOL","shape":[2],"data_offsets":[24,26]}}""";
        File.ReadAllBytes(Path).Should().Equal(
        [
            0x00, 1, 0, 0, 0, 0, 0, 0,
            .. Encoding.ASCII.GetBytes(Header.PadRight(256)),
            2, 1, 0, 0, 0, 0, 0, 0,
            0, 0, 0x80, 0x3f, 0, 0, 0x40, 0x40, 0, 0, 0, 0x40, 0, 0, 0x80, 0x40,
            1, 0,
        ]);
    }

    [Fact]
    public void Whatever_is_written_is_read_again()
    {
        Gen<(torch.ScalarType Type, long[] Shape)> tensor = Gen.Select(Gen.Int[0, Types.Length - 1].Select(i => Types[i]), Gen.Long[0, 4].Array[0, 4]);
        Gen<Dictionary<string, (torch.ScalarType Type, long[] Shape)>> tensors = Gen.Dictionary(Gen.String[Gen.Char['\0', '\ud7ff'], 0, 8], tensor)[0, 6];
        Gen.Select(tensors, Gen.Dictionary(Gen.String[Gen.Char['\0', '\ud7ff'], 0, 5], Gen.String[Gen.Char['\0', '\ud7ff'], 0, 5])[0, 3]).ForAll(
            (shapes, metadata) =>
            {
                using var scope = torch.NewDisposeScope();
                torch.manual_seed(1);
                var written = shapes.ToDictionary(pair => pair.Key, pair => torch.randint(0, 100, pair.Value.Shape).to(pair.Value.Type));
                Safetensors.Write(Path, written, metadata);

                using SafetensorsFile file = SafetensorsFile.Open(Path);
                file.Metadata.Should().Equal(metadata);
                file.Names.Should().BeEquivalentTo(written.Keys);
                foreach ((string name, Tensor expected) in written)
                {
                    Tensor read = file.Read(name);
                    read.dtype.Should().Be(expected.dtype);
                    read.shape.Should().Equal(expected.shape);
                    read.bytes.SequenceEqual(expected.bytes).Should().BeTrue();
                }
            },
            iter: 200);
    }

    [Fact]
    public void Bytes_do_not_depend_on_the_order_in_which_tensors_and_metadata_come()
    {
        (string, Tensor)[] tensors = [("a", torch.ones(2)), ("b", torch.zeros(3, torch.ScalarType.Int64)), ("c", torch.ones(1, torch.ScalarType.Byte))];
        (string, string)[] metadata = [("x", "1"), ("y", "2")];
        Safetensors.Write(Path, tensors.ToDictionary(), metadata.ToDictionary());
        byte[] first = File.ReadAllBytes(Path);

        Safetensors.Write(Path, tensors.Reverse().ToDictionary(), metadata.Reverse().ToDictionary());

        File.ReadAllBytes(Path).Should().Equal(first);
    }

    [Fact]
    public void Sparse_tensors_are_written_dense()
    {
        Tensor dense = torch.tensor(new[,] { { 0f, 2f }, { 0f, 0f } });
        Safetensors.Write(Path, new Dictionary<string, Tensor> { ["s"] = dense.to_sparse() });

        using SafetensorsFile file = SafetensorsFile.Open(Path);

        Close.Numbers(file.Read("s")).Should().Equal(0, 2, 0, 0);
    }

    [Fact]
    public void Type_that_the_format_does_not_have_is_refused_by_name()
    {
        Action write = () => Safetensors.Write(Path, new Dictionary<string, Tensor> { ["z"] = torch.zeros(1, torch.ScalarType.ComplexFloat64) });

        write.Should().Throw<ArgumentException>().WithMessage("'z' is ComplexFloat64, but tensors in files must be I64, F64*");
        _folder.GetFiles().Should().BeEmpty();
    }

    [Fact]
    public void Name_of_the_metadata_is_refused_as_the_name_of_a_tensor() =>
        FluentActions.Invoking(() => Safetensors.Write(Path, new Dictionary<string, Tensor> { ["__metadata__"] = torch.zeros(1) }))
            .Should().Throw<ArgumentException>().WithMessage("*'__metadata__'*");

    [Fact]
    public void Name_that_is_no_text_is_refused() =>
        FluentActions.Invoking(() => Safetensors.Write(Path, new Dictionary<string, Tensor> { ["\ud800"] = torch.zeros(1) }))
            .Should().Throw<ArgumentException>();

    [Fact]
    public void What_fails_half_way_leaves_the_old_file_and_nothing_beside_it()
    {
        File.WriteAllText(Path, "old");
        Tensor gone = torch.ones(3);
        TensorInfo[] places = SafetensorsLayout.Place([("a", gone.dtype, gone.shape)]);

        Action write = () => Safetensors.Write(Path, places, null, _ => throw new InvalidOperationException("no"));

        write.Should().Throw<InvalidOperationException>();
        File.ReadAllText(Path).Should().Be("old");
        _folder.GetFiles().Should().ContainSingle();
    }

    [Fact]
    public void What_cannot_be_renamed_leaves_nothing_behind()
    {
        Directory.CreateDirectory(Path);

        Action write = () => Safetensors.Write(Path, new Dictionary<string, Tensor> { ["a"] = torch.ones(1) });

        write.Should().Throw<Exception>().Which.Should().Match(exception => exception is IOException || exception is UnauthorizedAccessException);
        _folder.GetFiles().Should().BeEmpty();
    }

    [Fact]
    public void Pieces_of_a_tensor_are_all_of_it_in_order()
    {
        Tensor tensor = torch.arange(7, torch.ScalarType.Int16).view(7, 1);
        var pieces = new List<(long At, byte[] Bytes)>();

        TensorBytes.InPieces(tensor, (bytes, at) => pieces.Add((at, bytes.ToArray())), elements: 3);

        pieces.Select(piece => piece.At).Should().Equal(0, 6, 12);
        pieces.SelectMany(piece => piece.Bytes).Should().Equal(0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0);
    }

    [Fact]
    public void Writing_leaves_no_tensor()
    {
        var tensors = new Dictionary<string, Tensor> { ["a"] = torch.ones(2, 3).t(), ["s"] = torch.ones(2, 2).to_sparse() };

        Leak.None(() => Safetensors.Write(Path, tensors));
    }
}
