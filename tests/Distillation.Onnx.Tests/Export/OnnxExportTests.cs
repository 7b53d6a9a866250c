using System.Text.Json;
using Distillation.Data;
using Distillation.Losses;
using Distillation.Tests;
using Distillation.Training;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch.nn;

namespace Distillation.Onnx.Tests.Export;

public sealed class OnnxExportTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly ExportedFile _file = new();

    public void Dispose()
    {
        _file.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Student_is_exported_after_training()
    {
        Module<Tensor, Tensor> network = Network();
        using IStudent student = Student.From(network);
        using var train = new TensorData(torch.randn(40, 2, 6, 6), torch.arange(40).remainder(3));
        new SupervisedTrainer(student, new HardLabelLoss(), new TrainerOptions { Epochs = 2 }).Fit(train);

        OnnxExportReport report = student.ExportOnnx(_file.Path, [2, 6, 6]);

        report.Should().BeEquivalentTo(new { _file.Path, Bytes = new FileInfo(_file.Path).Length, Layers = 6 });
        report.LargestError.Should().BeLessThan(1e-5);
        _file.Error(network, train.Inputs).Should().BeLessThan(1e-5);
        _file.All.Should().Equal("model.onnx");
    }

    [Fact]
    public void File_takes_any_batch_and_has_the_names_it_was_given()
    {
        OnnxExport.Write(Network(), _file.Path, [2, 6, 6], new() { InputName = "image", OutputName = "logits", BatchName = "N" });

        using InferenceSession session = _file.Open();
        NodeMetadata input = session.InputMetadata["image"];
        NodeMetadata output = session.OutputMetadata["logits"];
        (input.SymbolicDimensions[0], output.SymbolicDimensions[0]).Should().Be(("N", "N"));
        (string.Join(',', input.Dimensions), string.Join(',', output.Dimensions)).Should().Be(("-1,2,6,6", "-1,3"));
    }

    [Fact]
    public void Softmax_normalization_and_labels_are_in_the_file()
    {
        Module<Tensor, Tensor> network = Network();
        var normalization = new Normalization([10, -2], [5, 0.5]);
        var options = new OnnxExportOptions
        {
            Softmax = true,
            Normalization = normalization,
            Labels = ["a", "b", "é"],
            Metadata = new Dictionary<string, string> { ["from"] = "a test" },
        };
        OnnxExport.Write(network, _file.Path, [2, 6, 6], options);

        Tensor images = (torch.randn(4, 2, 6, 6) * torch.tensor([5f, 0.5f]).view(1, 2, 1, 1)) + torch.tensor([10f, -2f]).view(1, 2, 1, 1);
        _file.Run(images).Values.Should().Equal(Probabilities(network, normalization.Apply(images)), (left, right) => Math.Abs(left - right) < 1e-5);
        using InferenceSession session = _file.Open();
        session.ModelMetadata.CustomMetadataMap["from"].Should().Be("a test");
        JsonSerializer.Deserialize<string[]>(session.ModelMetadata.CustomMetadataMap["labels"]).Should().Equal("a", "b", "é");
    }

    [Fact]
    public void Classes_of_sequences_are_the_last_dimension_for_softmax_and_labels()
    {
        Module<Tensor, Tensor> network = Sequential(Linear(2, 3));
        OnnxExport.Write(network, _file.Path, [5, 2], new OnnxExportOptions { Softmax = true, Labels = ["a", "b", "c"] });

        Tensor sequences = torch.randn(4, 5, 2);
        float[] expected = functional.softmax(network.call(sequences), 2).data<float>().ToArray();
        _file.Run(sequences).Values.Should().Equal(expected, (left, right) => Math.Abs(left - right) < 1e-6);
    }

    [Fact]
    public void Batch_normalization_after_a_convolution_is_folded_when_that_is_set()
    {
        Module<Tensor, Tensor> network = Network();
        network.train();
        _ = network.call(torch.randn(8, 2, 6, 6));

        long whole = OnnxExport.Write(network, _file.Path, [2, 6, 6]).Bytes;
        long folded = OnnxExport.Write(network, _file.Path, [2, 6, 6], new() { FoldBatchNorm = true }).Bytes;

        folded.Should().BeLessThan(whole);
        _file.Error(network, torch.randn(5, 2, 6, 6)).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Convolution_that_is_read_twice_is_not_folded()
    {
        using var block = new Shared();

        OnnxExport.Write(block, _file.Path, [2, 6, 6], new() { FoldBatchNorm = true });

        _file.Error(block, torch.randn(5, 2, 6, 6)).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Module_without_operators_gives_its_input()
    {
        OnnxExport.Write(Sequential(Dropout()), _file.Path, [3]).Layers.Should().Be(1);

        _file.Run(torch.ones(1, 3)).Values.Should().Equal(1, 1, 1);
    }

    [Fact]
    public void Modes_of_all_layers_are_as_they_were()
    {
        Module<Tensor, Tensor> frozen = BatchNorm1d(3);
        Module<Tensor, Tensor> network = Sequential(Linear(3, 3), frozen);
        network.train();
        frozen.eval();

        OnnxExport.Write(network, _file.Path, [3]);

        (network.training, frozen.training).Should().Be((true, false));
    }

    [Fact]
    public void Everything_that_cannot_be_exported_is_named_and_no_file_is_left()
    {
        Module<Tensor, Tensor> network = Sequential(
            ("first", new Doubling()),
            ("inner", Sequential(("pool", AvgPool2d(2, ceil_mode: true, divisor_override: 3)), ("second", new Doubling()))),
            ("third", Flatten(0, 1)));

        Action export = () => OnnxExport.Write(network, _file.Path, [2, 6, 6]);

        export.Should().Throw<ArgumentException>("the module mixes the samples of a batch");
        network = Sequential(
            ("first", new Doubling()),
            ("inner", Sequential(("pool", AvgPool2d(2, ceil_mode: true, divisor_override: 3)), ("second", new Doubling()))),
            ("third", AdaptiveAvgPool2d([2, 2])));
        export.Should().Throw<OnnxExportException>().Which.Message.Should()
            .Contain("first (Doubling)").And.Contain("inner.pool (AvgPool2d)").And.Contain("inner.second (Doubling)").And.Contain("third (AdaptiveAvgPool2d)");
        _file.All.Should().BeEmpty();
    }

    [Fact]
    public void Wrong_operators_are_found_and_the_old_file_stays()
    {
        File.WriteAllText(_file.Path, "old");

        Action export = () => OnnxExport.Write(Sequential(new Wrong()), _file.Path, [3]);

        export.Should().Throw<OnnxExportException>().WithMessage("*something else than the module*");
        (File.ReadAllText(_file.Path), _file.All.Length).Should().Be(("old", 1));
    }

    [Fact]
    public void Outputs_of_another_shape_or_without_a_number_are_found()
    {
        Action turned = () => OnnxExport.Write(new Said(input => input.flatten(1), (_, input) => input), _file.Path, [2, 3]);
        Action holed = () => OnnxExport.Write(
            new Said(input => input, (graph, input) => graph.Apply("Where", [graph.Apply("IsNaN", [Log(graph, input)]), Log(graph, input), input])),
            _file.Path,
            [20]);

        turned.Should().Throw<OnnxExportException>().WithMessage("*its output is [1, 2, 3] Float32, that of the module [1, 6] Float32*");
        holed.Should().Throw<OnnxExportException>().WithMessage("*differ by up to NaN*");
    }

    [Fact]
    public void What_is_infinite_or_no_number_may_be_where_the_module_has_it()
    {
        var module = new Said(
            input => torch.cat([input, input.sub(input).log(), input.abs().neg().log()], 1),
            (graph, input) => graph.Apply(
                "Concat", [input, Log(graph, graph.Apply("Sub", [input, input])), Log(graph, graph.Apply("Neg", [graph.Apply("Abs", [input])]))], ("axis", 1)));

        OnnxExport.Write(module, _file.Path, [3]).LargestError.Should().Be(0);
    }

    [Fact]
    public void Scale_that_float32_rounds_down_gives_the_size_of_the_module()
    {
        OnnxExport.Write(Upsample(scale_factor: [2.1], mode: torch.UpsampleMode.Linear, align_corners: false), _file.Path, [1, 30]);

        _file.Run(torch.ones(1, 1, 30)).Shape.Should().Equal([1, 1, 63], "2.1f · 30 is 62.99…");
    }

    [Fact]
    public void Operators_that_ONNX_does_not_have_are_a_refusal()
    {
        Action export = () => OnnxExport.Write(new Said(input => input, (graph, input) => graph.Apply("Nothing", [input])), _file.Path, [3]);

        export.Should().Throw<OnnxExportException>().WithMessage("*Nothing*");
    }

    [Fact]
    public void Convolution_with_computed_weights_is_not_folded()
    {
        using Tensor weight = torch.randn(2, 2, 1, 1);
        Tensor ones = torch.ones(2);
        var module = new Said(
            input => torch.nn.functional.conv2d(input, weight.neg()).div(torch.tensor(1 + 1e-5).sqrt()),
            (graph, input) => graph.Apply(
                "BatchNormalization",
                [Convolved(graph, input), graph.Constant(ones), graph.Constant(ones.sub(1)), graph.Constant(ones.sub(1)), graph.Constant(ones)]));

        OnnxExport.Write(module, _file.Path, [2, 4, 4], new() { FoldBatchNorm = true }).LargestError.Should().BeLessThan(1e-6);

        OnnxValue Convolved(OnnxGraph graph, OnnxValue input) => graph.Apply("Conv", [input, graph.Apply("Neg", [graph.Constant(weight)])]);
    }

    [Fact]
    public void Layers_that_ONNX_has_no_operators_for_are_refused()
    {
        Action batches = () => OnnxExport.Write(Sequential(("norm", BatchNorm1d(3, track_running_stats: false))), _file.Path, [3]);
        Action pool = () => OnnxExport.Write(AvgPool2d(3, 2, 1, ceil_mode: true), _file.Path, [3, 6, 6]);

        batches.Should().Throw<OnnxExportException>().WithMessage("*norm (BatchNorm1d)*running statistics*");
        pool.Should().Throw<OnnxExportException>().WithMessage("*ceil_mode with count_include_pad*");
    }

    [Fact]
    public void What_does_not_fit_is_met_at_the_door()
    {
        Action doubles = () => OnnxExport.Write(Linear(3, 2).to(torch.ScalarType.Float64), _file.Path, [3]);
        Action labels = () => OnnxExport.Write(Linear(3, 2), _file.Path, [3], new() { Labels = ["one"] });
        Action names = () => OnnxExport.Write(Linear(3, 2), _file.Path, [3], new() { InputName = "x", OutputName = "x" });
        Action taken = () => OnnxExport.Write(Linear(3, 2), _file.Path, [3], new() { Metadata = new Dictionary<string, string> { ["labels"] = "" } });
        Action both = () => OnnxExport.Write(Linear(3, 2), _file.Path, [3], new() { Indices = 3, Normalization = new([0], [1]) });
        Action tolerance = () => _ = new OnnxExportOptions { Tolerance = 0 };
        Action empty = () => OnnxExport.Write(new Said(input => input.mul(float.NaN), (_, input) => input), _file.Path, [3]);

        doubles.Should().Throw<ArgumentException>().WithMessage("*weight (Float64), bias (Float64)*");
        labels.Should().Throw<ArgumentException>().WithMessage("*2 classes, but has 1*");
        names.Should().Throw<ArgumentException>().WithMessage("*both are 'x'*");
        taken.Should().Throw<ArgumentException>().WithMessage("*'labels'*");
        both.Should().Throw<ArgumentException>().WithMessage("*set one of them*");
        tolerance.Should().Throw<ArgumentOutOfRangeException>();
        empty.Should().Throw<ArgumentException>().WithMessage("*no finite number*");
        _file.All.Should().BeEmpty();
    }

    [Fact]
    public void Export_leaves_no_tensor_and_no_random_number_behind()
    {
        Module<Tensor, Tensor> network = Sequential(
            SequenceFirst.Of(Around.Of(TransformerEncoder(TransformerEncoderLayer(8, 2, 8), 2))),
            SequenceFirst.Of(Around.Of(MultiheadAttention(8, 2))),
            Around.Of(RNN(8, 8)),
            Flatten(1, 2),
            Linear(40, 2));
        torch.manual_seed(5);
        using Tensor expected = torch.rand(3);
        torch.manual_seed(5);

        Leak.None(() => OnnxExport.Write(network, _file.Path, [5, 8]));

        torch.rand(3).data<float>().ToArray().Should().Equal(expected.data<float>().ToArray());
    }

    private static OnnxValue Log(OnnxGraph graph, OnnxValue input) => graph.Apply("Log", [input]);

    private static Module<Tensor, Tensor> Network() => Sequential(
        ("conv", Conv2d(2, 4, 3)), ("norm", BatchNorm2d(4)), ("act", ReLU()), ("pool", AdaptiveAvgPool2d([1, 1])), ("flat", Flatten()), ("out", Linear(4, 3)));

    private static float[] Probabilities(Module<Tensor, Tensor> network, Tensor inputs)
    {
        network.eval();
        return network.call(inputs).softmax(1).data<float>().ToArray();
    }

    private sealed class Shared : Module<Tensor, Tensor>, IOnnxExportable
    {
        private readonly Module<Tensor, Tensor> _conv = Conv2d(2, 2, 3);
        private readonly Module<Tensor, Tensor> _norm = BatchNorm2d(2);

        public Shared()
            : base(nameof(Shared)) => RegisterComponents();

        public override Tensor forward(Tensor input)
        {
            Tensor convolved = _conv.call(input);
            return convolved + _norm.call(convolved);
        }

        public OnnxValue Export(OnnxGraph graph, OnnxValue input)
        {
            OnnxValue convolved = graph.Call(_conv, input);
            return graph.Apply("Add", [convolved, graph.Call(_norm, convolved)]);
        }
    }
}
