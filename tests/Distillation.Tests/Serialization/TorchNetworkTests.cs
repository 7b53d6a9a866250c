using Distillation.Serialization;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Serialization;

/// <summary>Networks of PyTorch, loaded into modules of the same layout, output what they output there.</summary>
public sealed class TorchNetworkTests : IDisposable
{
    private const double Tolerance = 1e-5;

    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData("mlp.pth")]
    [InlineData("mlp.legacy.pth")]
    public void Perceptron_outputs_the_same(string file)
    {
        Sequential network = Some.Mlp();

        Load(network, file);

        Said(network.call, "mlp");
    }

    [Theory]
    [InlineData("cnn.pth")]
    [InlineData("cnn.legacy.pth")]
    public void Residual_network_with_batch_norm_outputs_the_same(string file)
    {
        var network = new Residual();

        Load(network, file, name => name.Replace("bn", "norm", StringComparison.Ordinal));

        Said(network.call, "cnn");
    }

    [Theory]
    [InlineData("lstm.pth")]
    [InlineData("lstm.legacy.pth")]
    public void Recurrent_network_outputs_the_same(string file)
    {
        LSTM network = LSTM(4, 6, numLayers: 2);

        Load(network, file);

        Said(input => network.call(input).Item1, "lstm");
    }

    [Theory]
    [InlineData("transformer.pth")]
    [InlineData("transformer.legacy.pth")]
    public void Layer_of_a_transformer_outputs_the_same(string file)
    {
        TransformerEncoderLayer network = TransformerEncoderLayer(8, 2, dim_feedforward: 16);

        Load(network, file);

        Said(input => network.call(input, null!, null!), "transformer");
    }

    [Fact]
    public void Script_is_a_teacher_and_a_student_that_output_the_same()
    {
        using torch.jit.ScriptModule<Tensor, Tensor> script = torch.jit.load<Tensor, Tensor>(TorchFixture.PathOf("cnn.pt"));
        using ITeacher teacher = Teacher.From(script);
        using IStudent student = Student.From(script);
        using ITeacher trained = student.AsTeacher();

        Said(input => teacher.Predict(Batch(input), FeatureSet.None).Logits, "cnn");
        Said(input => trained.Predict(Batch(input), FeatureSet.None).Logits, "cnn");
    }

    private static Batch Batch(Tensor input) => new(input, null, torch.arange(input.size(0), torch.ScalarType.Int64));

    private static void Load(Module network, string file, Func<string, string?>? rename = null)
    {
        ModuleWeights.Load(network, TorchFixture.PathOf(file), new WeightsOptions { Rename = rename, ConvertTypes = false }).IsComplete.Should().BeTrue();
        network.eval();
    }

    private static void Said(Func<Tensor, Tensor> network, string name)
    {
        (Tensor input, Tensor output) = TorchFixture.Recorded(name);

        Tensor predicted = network(input); // with gradients: without them libtorch 2.10 has other numbers of small LSTMs on some processors

        predicted.shape.Should().Equal(output.shape);
        Close.Numbers(predicted).Should().Equal(Close.Numbers(output), (one, other) => Math.Abs(one - other) < Tolerance);
    }

    private sealed class Residual : Module<Tensor, Tensor>
    {
        private readonly Conv2d _stem = Conv2d(1, 4, kernel_size: 3, padding: 1, bias: false);
        private readonly BatchNorm2d _norm1 = BatchNorm2d(4);
        private readonly Conv2d _conv = Conv2d(4, 4, kernel_size: 3, padding: 1);
        private readonly BatchNorm2d _norm2 = BatchNorm2d(4);
        private readonly Linear _fc = Linear(4, 3);

        public Residual()
            : base(nameof(Residual))
        {
            register_module("stem", _stem);
            register_module("norm1", _norm1);
            register_module("conv", _conv);
            register_module("norm2", _norm2);
            register_module("fc", _fc);
        }

        public override Tensor forward(Tensor input)
        {
            Tensor first = functional.relu(_norm1.call(_stem.call(input)));
            Tensor second = functional.relu(first + _norm2.call(_conv.call(first)));
            return _fc.call(second.mean([2, 3]));
        }
    }
}
