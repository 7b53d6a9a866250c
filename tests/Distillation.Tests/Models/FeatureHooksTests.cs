using TorchSharp.Modules;
using static TorchSharp.torch.nn;

#pragma warning disable IDE1006 // TorchSharp registers layers under the names of their fields.
namespace Distillation.Tests;

public sealed partial class FeatureHooksTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public static TheoryData<string> Overwriting => [.. InPlace.Keys];

    public static TheoryData<string> Kinds => [.. Layers.Keys];

    // Each overwrites the output of 'first'; true: in place.
    private static Dictionary<string, Func<bool, Module<Tensor, Tensor>>> InPlace => new()
    {
        ["activation layer"] = inPlace => Sequential(("first", Linear(6, 6)), ("act", ReLU(inPlace)), ("last", Linear(6, 3))),
        ["activation of another shape"] = inPlace => Sequential(("first", Linear(6, 6)), ("act", Hardswish(inPlace)), ("last", Linear(6, 3))),
        ["dropout layer"] = inPlace => Sequential(("first", Linear(6, 6)), ("drop", Dropout(0.5, inPlace)), ("last", Linear(6, 3))),
        ["activation in forward"] = inPlace => new Block(Linear(6, 6), (first, _) => inPlace ? first.relu_() : first.relu()),
        ["sum with the input"] = inPlace => new Block(Linear(6, 6), (first, input) => inPlace ? first.add_(input).relu_() : first.add(input).relu()),
        ["own dispose scope"] = inPlace => new Scoped(new Block(Linear(6, 6), (first, _) => inPlace ? first.relu_() : first.relu())),
        ["view of the output"] = inPlace => new Block(Linear(6, 6), (first, _) =>
        {
            Tensor whole = inPlace ? first : first.clone();
            _ = whole.narrow(1, 0, 2).neg_();
            return whole;
        }),
    };

    // Each gives [8, 6] from [8, 6] with the layer 'inner' of one kind; what the layer outputs, when it is called by itself.
    private static Dictionary<string, (Func<Module> Make, Func<Module, Tensor, Tensor[]> Call)> Layers => new()
    {
        ["LSTM"] = (() => LSTM(6, 6), (layer, x) => Of(((LSTM)layer).call(x.unsqueeze(0)))),
        ["GRU"] = (() => GRU(6, 6), (layer, x) => Of(((GRU)layer).call(x.unsqueeze(0)))),
        ["RNN"] = (() => RNN(6, 6), (layer, x) => Of(((RNN)layer).call(x.unsqueeze(0)))),
        ["LSTMCell"] = (() => LSTMCell(6, 6), (layer, x) => Of(((LSTMCell)layer).call(x, (x, x)))),
        ["GRUCell"] = (() => GRUCell(6, 6), (layer, x) => [((GRUCell)layer).call(x, x)]),
        ["MultiheadAttention"] =
            (() => MultiheadAttention(6, 2), (layer, x) => Of(((MultiheadAttention)layer).call(x.unsqueeze(0), x.unsqueeze(0), x.unsqueeze(0)).ToValueTuple())),
        ["TransformerEncoder"] =
            (() => TransformerEncoder(TransformerEncoderLayer(6, 2, 8, 0), 1), (layer, x) => [((TransformerEncoder)layer).call(x.unsqueeze(0))]),
        ["TransformerEncoderLayer"] = (() => TransformerEncoderLayer(6, 2, 8, 0), (layer, x) => [((TransformerEncoderLayer)layer).call(x.unsqueeze(0))]),
        ["TransformerDecoderLayer"] =
            (() => TransformerDecoderLayer(6, 2, 8, 0), (layer, x) => [((TransformerDecoderLayer)layer).call(x.unsqueeze(0), x.unsqueeze(0))]),
        ["Bilinear"] = (() => Bilinear(6, 6, 6), (layer, x) => [((Bilinear)layer).call(x, x)]),
        ["tuple of four"] = (() => new FourOutputs(), (layer, x) => ((FourOutputs)layer).call(x) is var (a, b, c, d) ? [a, b, c, d] : []),
    };

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Overwriting))]
    public void Layer_that_the_next_operation_overwrites_is_read_as_it_was(string kind)
    {
        foreach (bool training in (bool[])[false, true])
        {
            (double[] expected, double[] expectedGradient) = Read(InPlace[kind](false), training);

            (double[] values, double[] gradient) = Read(InPlace[kind](true), training);

            values.Should().Equal(expected);
            gradient.Should().Equal(expectedGradient);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Layer_of_a_module_with_a_scope_of_its_own_belongs_to_the_scope_of_the_caller(bool gradients)
    {
        using var noGradient = gradients ? null : torch.no_grad();
        Module<Tensor, Tensor> network = new Scoped(Sequential(("0", new Scoped(Linear(6, 6))), ("1", ReLU(inplace: true)), ("2", Linear(6, 3))));
        using IStudent student = Student.From(network);
        Tensor layer;
        using (torch.NewDisposeScope())
        {
            ModelOutput output = student.Forward(Some.Batch(), FeatureSet.Of("inner.0.inner", "inner.1"));

            layer = output["inner.0.inner"];
            output["inner.1"].eq(layer.relu()).all().item<bool>().Should().BeTrue();
            layer.requires_grad.Should().Be(gradients);
        }

        layer.IsInvalid.Should().BeTrue();
    }

    [Fact]
    public void Pass_that_fails_leaves_no_tensor_without_a_scope_either()
    {
        using var scope = torch.NewDisposeScope();
        using var network = new Scoped(new Block(Linear(6, 6), (_, _) => throw new InvalidOperationException("no further")));
        using IStudent student = Student.From(network);
        Batch batch = Some.Batch();
        var thread = new Thread(() => Leak.None(() =>
        {
            Action forward = () => student.Forward(batch, FeatureSet.Of("inner.first"));
            forward.Should().Throw<InvalidOperationException>().WithMessage("no further");
        }));

        thread.Start();
        thread.Join();
    }

    [Fact]
    public void Nothing_is_kept_where_the_module_runs_without_the_student()
    {
        using Sequential network = Some.Mlp();
        using IStudent student = Student.From(network);
        Tensor inputs = Some.Inputs();
        student.Forward(Some.Batch(), FeatureSet.Of("in"));

        Leak.None(() =>
        {
            using Tensor logits = network.call(inputs);
        });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Layer_of_any_inputs_and_outputs_is_read_as_it_gives_them(string kind)
    {
        torch.manual_seed(3);
        (Func<Module> make, Func<Module, Tensor, Tensor[]> call) = Layers[kind];
        using Module layer = make();
        using var network = new Holder(layer, call);
        using ITeacher teacher = Teacher.From(network);
        Batch batch = Some.Batch();
        network.eval();
        using var noGradient = torch.no_grad();
        Tensor[] expected = call(layer, batch.Inputs);

        ModelOutput output = teacher.Predict(batch, FeatureSet.Of(teacher.AvailableFeatures!));

        output.Features.Select(feature => feature.Path)
            .Should().BeEquivalentTo(expected.Length == 1 ? ["inner"] : Enumerable.Range(0, expected.Length).Select(element => $"inner[{element}]"));
        for (int element = 0; element < expected.Length; element++)
        {
            Close.Numbers(output[expected.Length == 1 ? "inner" : $"inner[{element}]"]).Should().Equal(Close.Numbers(expected[element]));
        }
    }

    [Fact]
    public void Gradient_of_a_tuple_reaches_the_layer()
    {
        using var network = new Holder(LSTM(6, 6), Layers["LSTM"].Call);
        using IStudent student = Student.From(network);

        student.Forward(Some.Batch(), FeatureSet.Of("inner[2]"))["inner[2]"].sum().backward();

        network.parameters().Should().OnlyContain(parameter => parameter.grad is Tensor);
    }

    [Fact]
    public void Weights_that_attention_does_not_return_are_named()
    {
        using var network = new Holder(MultiheadAttention(6, 2), (layer, x) =>
            [((MultiheadAttention)layer).call(x.unsqueeze(0), x.unsqueeze(0), x.unsqueeze(0), need_weights: false).Item1]);
        using ITeacher teacher = Teacher.From(network);

        Action predict = () => teacher.Predict(Some.Batch(), FeatureSet.Of("inner[1]"));

        teacher.Predict(Some.Batch(), FeatureSet.Of("inner[0]"))["inner[0]"].shape.Should().Equal(1, 8, 6);
        predict.Should().Throw<InvalidOperationException>().WithMessage("Layer 'inner[1]' of Holder ran and gave nothing there*need_weights: true*");
    }

    [Fact]
    public void Layer_of_that_very_name_comes_before_an_element()
    {
        using Sequential network = Sequential(("x[0]", Linear(6, 3)), ("x", new LastOfTuple(3)));
        using ITeacher teacher = Teacher.From(network);

        teacher.AvailableFeatures!.Select(feature => feature.Path).Should().BeEquivalentTo("x[0]", "x", "x.inner[0]", "x.inner[1]");
        teacher.Predict(Some.Batch(), FeatureSet.Of("x[0]"))["x[0]"].shape.Should().Equal(8, 3);
    }

    [Theory]
    [InlineData("tuple", "*no single tensor at layer 'tuple', but 2: 'tuple[0]', 'tuple[1]'.*")]
    [InlineData("flags", "*has a layer 'flags' that cannot be read: it maps (Tensor, Boolean) to Tensor, and*")]
    [InlineData("list", "*has a layer 'list' that cannot be read: it only holds other layers*")]
    [InlineData("tuple[2]", "*has no layer 'tuple[2]'*")]
    public void Layer_that_cannot_be_read_is_not_listed_and_the_reason_is_given(string path, string message)
    {
        using ITeacher teacher = Teacher.From(new Unreadable());

        Action predict = () => teacher.Predict(Some.Batch(), FeatureSet.Of(path));

        teacher.AvailableFeatures!.Select(feature => feature.Path).Should().BeEquivalentTo("tuple[0]", "tuple[1]", "list.0");
        predict.Should().Throw<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Layer_that_does_not_run_in_a_mode_is_named_with_the_mode()
    {
        using var network = new TrainingOnly();
        using IStudent student = Student.From(network);
        Action forward = () => student.Forward(Some.Batch(), FeatureSet.Of("head"));
        forward.Should().NotThrow();

        network.eval();

        forward.Should().Throw<InvalidOperationException>()
            .WithMessage("Layer 'head' of TrainingOnly did not show its output: it does not run in evaluation mode*");
    }

    [Fact]
    public void Of_a_layer_that_runs_twice_the_later_output_is_read()
    {
        Module<Tensor, Tensor> twice = Linear(6, 6);
        using ITeacher teacher = Teacher.From(new Block(twice, (first, _) => twice.call(first)));
        Batch batch = Some.Batch();

        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            ModelOutput output = teacher.Predict(batch, FeatureSet.Of("first"));
            output["first"].eq(output.Logits).all().item<bool>().Should().BeTrue();
        });
    }

    private static Tensor[] Of((Tensor, Tensor) pair) => [pair.Item1, pair.Item2];

    private static Tensor[] Of((Tensor, Tensor, Tensor) triple) => [triple.Item1, triple.Item2, triple.Item3];

    // The layer 'first', and the gradient that it and the logits together send to all parameters.
    private static (double[] Values, double[] Gradient) Read(Module<Tensor, Tensor> network, bool training)
    {
        using var owned = network;
        using (torch.no_grad())
        {
            foreach ((Parameter parameter, int number) in network.parameters().Select((parameter, number) => (parameter, number)))
            {
                parameter.copy_(Some.Inputs(parameter.numel(), 1, number + 1).view(parameter.shape));
            }
        }

        network.train(training);
        string path = network.named_modules().Single(layer => layer.name.EndsWith("first", StringComparison.Ordinal)).name;
        using IStudent student = Student.From(network);
        torch.manual_seed(1);
        ModelOutput output = student.Forward(Some.Batch(), FeatureSet.Of(path));
        (output[path].pow(2).sum() + output.Logits.sum()).backward();
        return (Close.Numbers(output[path].detach()), [.. network.parameters().SelectMany(parameter => Close.Numbers(parameter.grad!))]);
    }
}
