using Distillation.Onnx.Format;
using Distillation.Tests;
using TorchSharp.Modules;
using Xunit.Abstractions;
using static TorchSharp.torch.nn;

namespace Distillation.Onnx.Tests.Export.TorchVision;

public sealed class VisionModelTests(ITestOutputHelper output) : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly ExportedFile _file = new();

    // Those with more layers of the same kinds are for the long form.
    public static TheoryData<string, long> Models
    {
        get
        {
            var models = new TheoryData<string, long>
            {
                { "alexnet", 64 }, { "vgg11", 32 }, { "vgg13_bn", 32 }, { "googlenet", 64 }, { "inception_v3", 75 },
                { "mobilenet_v2", 64 }, { "mobilenet_v3_small", 64 }, { "mobilenet_v3_large", 64 },
                { "resnet18", 64 }, { "resnet50", 64 }, { "resnext50_32x4d", 64 },
            };
            if (LongForm.IsOn)
            {
                models.Add("vgg16", 32);
                models.Add("vgg19_bn", 32);
                models.Add("resnet34", 64);
            }

            return models;
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Model_computes_the_same_in_ONNX_Runtime_with_batch_normalizations_folded(string name, long size)
    {
        Module<Tensor, Tensor> model = VisionModels.Make(name);

        OnnxExport.Write(model, _file.Path, [3, size, size], new OnnxExportOptions { FoldBatchNorm = true });

        // What the documents say of errors: dotnet test --logger "console;verbosity=detailed".
        double error = RelativeError(model, size);
        output.WriteLine(FormattableString.Invariant($"{error:G1} {name}"));
        error.Should().BeLessThan(1e-4);
        Operators().Should().NotContain("BatchNormalization");
    }

    [Theory]
    [InlineData("googlenet", 75)]
    [InlineData("mobilenet_v2", 50)]
    [InlineData("mobilenet_v3_small", 50)]
    [InlineData("resnet18", 50)]
    public void Model_keeps_its_batch_normalizations_when_they_are_not_folded(string name, long size)
    {
        Module<Tensor, Tensor> model = VisionModels.Make(name);

        OnnxExport.Write(model, _file.Path, [3, size, size]);

        RelativeError(model, size).Should().BeLessThan(1e-4);
        Operators().Count(operation => operation == "BatchNormalization").Should().Be(model.modules().OfType<BatchNorm2d>().Count());
    }

    [Theory]
    [InlineData("googlenet", 32)]
    [InlineData("inception_v3", 75)]
    public void Model_changes_its_input_in_the_file_when_it_does_so_itself(string name, long size)
    {
        Module<Tensor, Tensor> model = VisionModels.Make(name, ("transform_input", true));

        OnnxExport.Write(model, _file.Path, [3, size, size]);

        RelativeError(model, size).Should().BeLessThan(1e-4);
        Operators()[..2].Should().Equal("Mul", "Add");
    }

    [Fact]
    public void Residual_network_is_exported_when_it_has_other_norms_and_dilations()
    {
        Func<int, Module<Tensor, Tensor>> norm = channels => GroupNorm(4, channels);
        Module<Tensor, Tensor> model = VisionModels.Make("resnet50", ("norm_layer", norm), ("replace_stride_with_dilation", (false, true, true)));

        OnnxExport.Write(model, _file.Path, [3, 32, 32]);

        RelativeError(model, 32).Should().BeLessThan(1e-4);
    }

    [Fact]
    public void Mobile_block_does_not_add_its_input_when_it_halves_the_places_of_as_many_channels()
    {
        Module<Tensor, Tensor> model = VisionModels.Make("mobilenet_v2", ("inverted_residual_setting", new long[][] { [1, 32, 2, 2], [6, 24, 2, 1] }));

        OnnxExport.Write(model, _file.Path, [3, 32, 32]);

        RelativeError(model, 32).Should().BeLessThan(1e-4);
        Operators().Count(operation => operation == "Add").Should().Be(3, "the second block of each kind adds its input, the classifier its bias");
    }

    [Fact]
    public void Layers_of_TorchVision_are_exported()
    {
        Module<Tensor, Tensor> model = Sequential(
            torchvision.ops.SqueezeExcitation(4, 2),
            torchvision.ops.StochasticDepth(0.5, torchvision.StochasticDepth.Mode.Row),
            torchvision.ops.DropBlock2d(0.5, 3),
            torchvision.ops.Permute(0, 2, 3, 1),
            Linear(4, 3),
            torchvision.ops.Permute(0, 3, 1, 2),
            Unflatten(1, [3, 1]),
            torchvision.ops.DropBlock3d(0.5, 3));
        model.eval();

        OnnxExport.Write(model, _file.Path, [4, 5, 6]);

        _file.Error(model, torch.randn(2, 4, 5, 6)).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Model_is_exported_when_it_is_a_part_of_another()
    {
        Module<Tensor, Tensor> model = Sequential(("backbone", VisionModels.Make("mobilenet_v3_small")), ("head", Linear(1000, 2)));
        using IStudent student = Student.From(model);

        student.ExportOnnx(_file.Path, [3, 32, 32]);

        RelativeError(model, 32).Should().BeLessThan(1e-4);
        Known().Graph.Initializer.Select(constant => constant.Name).Should().Contain("backbone.features.0.0.weight");
    }

    [Fact]
    public void Class_that_derives_from_a_model_is_refused()
    {
        using var model = new Doubled();
        Action export = () => OnnxExport.Write(model, _file.Path, [3, 32, 32]);

        export.Should().Throw<OnnxExportException>().WithMessage("*the module itself (Doubled): this kind of module is not known*");
    }

    [Fact]
    public void Model_without_a_part_is_refused_with_the_parts_that_it_has()
    {
        torch.manual_seed(1);
        using var block = new ResNet("odd", (_, _, _, _, _, _, _, _) => Identity(), 1, [1, 1, 1, 1], 5);
        Action export = () => new Onnx.Layers.TorchVision.Parts(null!, block).Of("conv2");

        export.Should().Throw<OnnxExportException>().WithMessage("in TorchVision 0.107*'conv2'*conv1, bn1, relu, maxpool*");
    }

    [Fact]
    public void Export_leaves_no_tensor_and_no_hook_behind()
    {
        Module<Tensor, Tensor> model = VisionModels.Make("googlenet", ("transform_input", true));
        using Tensor images = torch.randn(2, 3, 32, 32);
        using Tensor before = model.call(images);

        Leak.None(() => OnnxExport.Write(model, _file.Path, [3, 32, 32]));

        using Tensor after = model.call(images);
        after.Equals(before).Should().BeTrue();
    }

    [Fact]
    public void Every_module_of_TorchVision_is_in_the_table_or_left_out_for_a_reason()
    {
        string[] leftOut =
        [
            "TorchSharp.Modules.GoogleNet+InceptionAux", "TorchSharp.Modules.InceptionV3+InceptionAux", // never run
            "TorchSharp.Modules.FrozenBatchNorm2d", // changes its bias at each call in TorchVision 0.107
            "TorchSharp.torchvision+GaussianBlur", // draws its blur, a transform of images
        ];

        IEnumerable<string> all = typeof(torchvision).Assembly.GetTypes()
            .Where(type => type.IsAssignableTo(typeof(Module<Tensor, Tensor>))).Select(type => type.FullName!);

        Onnx.Layers.TorchVision.ModelTable.Types.Concat(leftOut).Should().BeEquivalentTo(all);
    }

    private double RelativeError(Module<Tensor, Tensor> model, long size)
    {
        using var noGradient = torch.no_grad();
        using Tensor images = torch.randn(2, 3, size, size);
        model.eval();
        using Tensor expected = model.call(images.clone());
        return _file.Error(model, images) / expected.abs().max().item<float>();
    }

    private ModelProto Known() => ModelProto.Parser.ParseFrom(File.ReadAllBytes(_file.Path));

    private string[] Operators() => [.. Known().Graph.Node.Select(node => node.OpType)];

    private sealed class Doubled() : GoogleNet(5)
    {
        public override Tensor forward(Tensor input) => base.forward(input).mul(2);
    }
}
