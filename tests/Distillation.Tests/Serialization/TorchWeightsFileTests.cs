using Distillation.Serialization;

namespace Distillation.Tests.Serialization;

public sealed class TorchWeightsFileTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public static TheoryData<string> Mixed => ["mixed.pth", "mixed.legacy.pth", "mixed.protocol4.pth"];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Mixed))]
    public void Names_are_the_keys_that_lead_to_a_tensor(string name)
    {
        using TorchWeightsFile file = Open(name);

        file.Names.Should().Equal(
            "shared.whole", "shared.column", "shared.turned", "shared.tail", "shared.steps",
            "types.float64", "types.float32", "types.float16", "types.bfloat16", "types.int64", "types.int32", "types.int16", "types.int8", "types.uint8",
            "types.bool", "types.complex64",
            "scalar", "empty", "spread", "parameter", "list.0", "list.1.0", "state.0.step", "again", "ordered.é");
        file.Find("shared.column")!.Shape.Should().Equal(4);
        file.Find("shared.column")!.ToString().Should().Be("[4] F32");
        file.Find("shared").Should().BeNull();
    }

    [Theory]
    [MemberData(nameof(Mixed))]
    public void Parts_of_a_storage_have_their_own_values(string name)
    {
        using TorchWeightsFile file = Open(name);

        Values(file, "shared.whole").Should().Equal(Enumerable.Range(0, 24).Select(value => (double)value));
        Values(file, "shared.column").Should().Equal(1, 7, 13, 19);
        Values(file, "shared.turned").Take(5).Should().Equal(0, 6, 12, 18, 1);
        Values(file, "shared.tail").Should().Equal(20, 21, 22, 23);
        Values(file, "shared.steps").Should().Equal(1, 8, 15, 22);
        Values(file, "again").Should().Equal(Values(file, "shared.whole"));
    }

    [Theory]
    [MemberData(nameof(Mixed))]
    public void Tensors_have_the_types_and_shapes_that_they_had(string name)
    {
        using TorchWeightsFile file = Open(name);
        (string, torch.ScalarType)[] types =
        [
            ("float64", torch.ScalarType.Float64), ("float32", torch.ScalarType.Float32), ("float16", torch.ScalarType.Float16),
            ("bfloat16", torch.ScalarType.BFloat16), ("int64", torch.ScalarType.Int64),
            ("int32", torch.ScalarType.Int32), ("int16", torch.ScalarType.Int16), ("int8", torch.ScalarType.Int8), ("uint8", torch.ScalarType.Byte),
            ("bool", torch.ScalarType.Bool),
        ];

        foreach ((string type, torch.ScalarType expected) in types)
        {
            file.Read($"types.{type}").dtype.Should().Be(expected);
            Values(file, $"types.{type}").Should().Equal(0, 1, type == "bool" ? 1 : 100);
        }

        file.Read("scalar").shape.Should().BeEmpty();
        Values(file, "scalar").Should().Equal(2.5);
        file.Read("empty").shape.Should().Equal(0, 3);
        file.Read("spread").shape.Should().Equal(3, 4);
        Values(file, "spread").Should().Equal(Enumerable.Repeat(7.0, 12));
        Values(file, "parameter").Should().Equal(3, 4);
        Values(file, "list.1.0").Should().Equal(2);
        Values(file, "state.0.step").Should().Equal(9);
        Values(file, "ordered.é").Should().Equal(5);
    }

    [Fact]
    public void Tensor_spread_over_a_larger_shape_takes_no_more_memory_than_in_the_file()
    {
        using TorchWeightsFile file = Open("mixed.pth");

        file.Read("spread").stride().Should().Equal(0, 0);
    }

    [Fact]
    public void Type_that_safetensors_files_do_not_have_is_listed_and_not_read()
    {
        using TorchWeightsFile file = Open("mixed.pth");

        file.Find("types.complex64")!.Dtype.Should().Be("C64");
        FluentActions.Invoking(() => file.Read("types.complex64"))
            .Should().Throw<InvalidDataException>().WithMessage("*mixed.pth' has 'types.complex64' as C64, but only I64*");
    }

    [Fact]
    public void Tensors_within_a_dictionary_have_the_names_that_they_have_there()
    {
        using TorchWeightsFile file = TorchWeightsFile.Open(TorchFixture.PathOf("mixed.pth"), within: "shared");

        file.Names.Should().Equal("whole", "column", "turned", "tail", "steps");
        Values(file, "column").Should().Equal(1, 7, 13, 19);
    }

    [Fact]
    public void What_is_not_there_to_look_within_is_refused_with_what_is() =>
        FluentActions.Invoking(() => TorchWeightsFile.Open(TorchFixture.PathOf("mixed.pth"), within: "share"))
            .Should().Throw<ArgumentException>().WithMessage("There is no tensor within 'share' in*: shared.whole, *");

    [Fact]
    public void Tensor_alone_has_the_empty_name()
    {
        using TorchWeightsFile file = Open("tensor.pth");

        file.Names.Should().Equal(string.Empty);
        Values(file, string.Empty).Should().Equal(1, 2);
    }

    [Fact]
    public void Module_with_its_code_is_refused_by_the_name_of_its_class() =>
        FluentActions.Invoking(() => Open("module.pth")).Should().Throw<InvalidDataException>()
            .WithMessage("*module.pth' has no tensor that can be read: the whole is made by __main__.Cnn. *state_dict()*");

    [Theory]
    [InlineData("beside.pth")]
    [InlineData("beside.legacy.pth")]
    [InlineData("beside.protocol1.pth")]
    [InlineData("beside.protocol1.legacy.pth")]
    [InlineData("beside.protocol5.pth")]
    public void What_is_no_tensor_is_passed_over(string name)
    {
        using TorchWeightsFile file = Open(name);

        file.Names.Should().Equal(
            "weights.weight", "weights.bias", "beside.default.ema.weight", "beside.tagged", "beside.tagged parameter", "beside.quantized", "beside.keys.None",
            "beside.keys.0.5", "beside.keys.('a', 1)", "beside.keys.True", "last");
        Values(file, "weights.weight").Should().Equal(0, 1, 2, 3, 4, 5);
        Values(file, "beside.keys.('a', 1)").Should().Equal(4);
        Values(file, "beside.tagged").Should().Equal(1, 2);
        Values(file, "last").Should().Equal(9);
        file.Find("beside.quantized")!.Dtype.Should().Be("QINT8");
    }

    [Fact]
    public void What_was_passed_over_is_named_when_it_is_wanted()
    {
        using TorchWeightsFile file = Open("beside.pth");

        FluentActions.Invoking(() => file.Read("beside.module"))
            .Should().Throw<InvalidDataException>().WithMessage("*'beside.module' is made by torch.nn.modules.linear.Linear*state_dict()*");
        FluentActions.Invoking(() => file.Read("beside.array"))
            .Should().Throw<InvalidDataException>().WithMessage("*'beside.array' is made by numpy.ndarray*torch.from_numpy*");
        FluentActions.Invoking(() => file.Read("beside.sparse"))
            .Should().Throw<InvalidDataException>().WithMessage("*'beside.sparse' is made by torch._utils._rebuild_sparse_tensor*to_dense*");
        FluentActions.Invoking(() => TorchWeightsFile.Open(TorchFixture.PathOf("beside.pth"), within: "beside.module"))
            .Should().Throw<ArgumentException>().WithMessage("*'beside.module' is made by torch.nn.modules.linear.Linear*state_dict()*");
    }

    [Fact]
    public void Network_that_does_not_find_its_weights_names_what_was_passed_over() =>
        FluentActions.Invoking(() => ModuleWeights.Load(Some.Mlp(), TorchFixture.PathOf("beside.pth"))).Should().Throw<InvalidDataException>()
            .WithMessage("*Missing in the file: in.*In the file *'beside.module' is made by torch.nn.modules.linear.Linear*state_dict()*");

    [Fact]
    public void Files_of_python_2_are_read()
    {
        using TorchWeightsFile file = Open("python2.pth");

        file.Names.Should().Equal("state_dict.weight", "state_dict.part");
        Values(file, "state_dict.weight").Should().Equal(0, 1, 2, 3, 4, 5);
        Values(file, "state_dict.part").Should().Equal(2, 3, 4);
    }
    [Fact]
    public void Script_is_refused_with_what_opens_it() =>
        FluentActions.Invoking(() => Open("cnn.pt"))
            .Should().Throw<InvalidDataException>().WithMessage("*cnn.pt' is a TorchScript file: open it with torch.jit.load.");

    [Fact]
    public void Name_that_is_not_there_is_refused_with_those_that_are()
    {
        using TorchWeightsFile file = Open("mlp.pth");

        FluentActions.Invoking(() => file.Read("w")).Should().Throw<ArgumentException>().WithMessage("There is no tensor 'w'*: in.weight, in.bias, *");
    }

    [Fact]
    public void Many_threads_read_at_once()
    {
        using TorchWeightsFile file = Open("mixed.pth");

        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 4 }, round =>
        {
            using Tensor tensor = file.Read(round % 2 == 0 ? "shared.steps" : "shared.column");
            Close.Numbers(tensor).Should().Equal(round % 2 == 0 ? [1, 8, 15, 22] : [1, 7, 13, 19]);
        });
    }

    [Fact]
    public void Closed_file_is_refused()
    {
        TorchWeightsFile file = Open("mlp.pth");
        file.Dispose();

        FluentActions.Invoking(() => file.Read("in.bias")).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Reading_leaves_no_tensor_but_what_it_gives()
    {
        using TorchWeightsFile file = Open("mixed.pth");

        Leak.None(() =>
        {
            file.Read("shared.column").Dispose();
            FluentActions.Invoking(() => file.Read("types.complex64")).Should().Throw<InvalidDataException>();
        });
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "pointer of Git LFS*git lfs pull")]
    [InlineData("<!DOCTYPE html><html>404</html>", "HTML page")]
    [InlineData("\u001f\u008b\u0008", "gzip")]
    [InlineData("", "empty")]
    public void What_stands_in_the_place_of_a_file_is_named(string content, string name)
    {
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, Pickles.Bytes(content));
        Action[] reads = [() => TorchWeightsFile.Open(path), () => SafetensorsFile.Open(path), () => ModuleWeights.Load(Some.Mlp(), path)];

        foreach (Action read in reads)
        {
            read.Should().Throw<InvalidDataException>().WithMessage($"'{path}'*{name}*");
        }

        File.Delete(path);
    }

    [Fact]
    public void Safetensors_file_is_refused()
    {
        string path = Path.GetTempFileName();
        File.WriteAllBytes(path, Bytes.File("{}"));

        FluentActions.Invoking(() => TorchWeightsFile.Open(path))
            .Should().Throw<InvalidDataException>().WithMessage("*must begin as a zip file or as a pickle.");

        File.Delete(path);
    }

    private static double[] Values(TorchWeightsFile file, string name) => Close.Numbers(file.Read(name));

    private static TorchWeightsFile Open(string name) => TorchWeightsFile.Open(TorchFixture.PathOf(name));
}
