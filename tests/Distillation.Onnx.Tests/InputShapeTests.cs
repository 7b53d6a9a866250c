using Distillation.Onnx.Format;
using Distillation.Onnx.Tests.Export;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Onnx.Tests;

/// <summary>Networks that were exported for images of one size, run on others.</summary>
public sealed class InputShapeTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly ExportedFile _file = new();
    private readonly Sequential _network;
    private readonly string _inner;

    public InputShapeTests()
    {
        torch.manual_seed(1);

        // The head takes maps of 2x2 places alone.
        _network = Sequential(("conv", Conv2d(1, 3, 3, stride: 2, padding: 1)), ("act", ReLU()), ("flatten", Flatten()), ("out", Linear(12, 5)));
        _network.eval();
        OnnxExport.Write(_network, _file.Path, [1, 4, 4]);
        _inner = ModelProto.Parser.ParseFrom(File.ReadAllBytes(_file.Path)).Graph.Node.Single(node => node.OpType == "Relu").Output.Single();
    }

    public void Dispose()
    {
        _network.Dispose();
        _file.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Inner_value_as_output_takes_images_of_any_size()
    {
        using OnnxTeacher teacher = Load([-1, 1, -1, -1]);
        foreach (int size in new[] { 4, 10 })
        {
            Tensor images = torch.rand(3, 1, size, size);

            ModelOutput output = teacher.Predict(Models.Samples(images), FeatureSet.Of(_inner));

            Tensor expected = _network.children().Take(2).Cast<Module<Tensor, Tensor>>().Aggregate(images, (values, layer) => layer.call(values));
            output.Logits.ShouldBe(expected);
            output[_inner].ShouldBe(expected);
        }
    }

    [Fact]
    public void Layer_behind_the_new_end_is_left_out()
    {
        using OnnxTeacher teacher = Load([-1, 1, -1, -1]);

        teacher.AvailableFeatures.Should().Equal(new Feature(_inner));
    }

    [Fact]
    public void Other_shapes_than_the_new_one_are_refused()
    {
        using OnnxTeacher teacher = Load([-1, 1, 6, 6]);
        Action predict = () => teacher.Predict(Models.Samples(torch.rand(3, 1, 4, 4)), FeatureSet.None);

        predict.Should().Throw<ArgumentException>().WithMessage("*6, 6*3, 1, 4, 4*");
    }

    [Fact]
    public void Model_that_cannot_compute_the_shape_fails_with_the_reason()
    {
        Action run = () =>
        {
            using OnnxTeacher teacher = OnnxTeacher.Load(_file.Path, new OnnxTeacherOptions { InputShape = [-1, 1, 8, 8] });
            teacher.Predict(Models.Samples(torch.rand(2, 1, 8, 8)), FeatureSet.None);
        };

        run.Should().Throw<Exception>().Which.Should().Match<Exception>(thrown => thrown is InvalidDataException || thrown is InvalidOperationException);
    }

    [Fact]
    public void Size_of_zero_is_refused()
    {
        Action set = () => _ = new OnnxTeacherOptions { InputShape = [-1, 0] };

        set.Should().Throw<ArgumentException>().WithMessage("*InputShape*positive*[-1, 0]*");
    }

    [Fact]
    public void Model_of_several_inputs_is_refused()
    {
        Action load = () => OnnxTeacher.Load(Models.At("transformer"), new OnnxTeacherOptions { InputShape = [-1, 4] });

        load.Should().Throw<ArgumentException>().WithMessage("*one input*tokens*mask*");
    }

    private OnnxTeacher Load(long[] shape) =>
        OnnxTeacher.Load(_file.Path, new OnnxTeacherOptions { Output = _inner, InnerValues = FeatureSet.Of(_inner), InputShape = shape });
}
