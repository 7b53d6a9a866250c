using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch.nn;

namespace Distillation.Onnx.Tests.Export;

public sealed class SequenceLengthTests : IDisposable
{
    private static readonly OnnxExportOptions Free = new() { Indices = 50, SequenceName = "tokens" };

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly ExportedFile _file = new();

    public void Dispose()
    {
        _file.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(23)]
    public void File_takes_sequences_of_any_length_when_the_dimension_has_a_name(long length)
    {
        Module<Tensor, Tensor> network = Sequential(Embedding(50, 8), LayerNorm(8), Linear(8, 3));

        OnnxExport.Write(network, _file.Path, [4], Free);

        Tensor ids = torch.arange(2 * length).remainder(50).reshape(2, length);
        _file.Error(network, ids).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Dimension_has_the_name_in_inputs_and_outputs()
    {
        OnnxExport.Write(Sequential(Embedding(50, 8), Linear(8, 3)), _file.Path, [4], Free);

        using InferenceSession session = _file.Open();
        session.InputMetadata["input"].SymbolicDimensions.Should().Equal("batch", "tokens");
        session.OutputMetadata["output"].SymbolicDimensions.Should().Equal("batch", "tokens", "");
    }

    [Fact]
    public void Layer_that_needs_a_fixed_length_is_refused()
    {
        Action act = () => OnnxExport.Write(Sequential(Embedding(50, 8), Flatten(), Linear(32, 3)), _file.Path, [4], Free);

        act.Should().Throw<ArgumentException>().WithMessage("*any length, but fails on [3, 3]*");
        _file.All.Should().BeEmpty();
    }

    [Fact]
    public void Shape_without_two_lengths_and_a_name_that_is_taken_are_refused()
    {
        Action shape = () => OnnxExport.Write(Embedding(50, 8), _file.Path, [1], Free);
        Action name = () => OnnxExport.Write(Embedding(50, 8), _file.Path, [4], Free with { SequenceName = "batch" });

        Action normalized = () => OnnxExport.Write(Linear(3, 2), _file.Path, [2, 3], new() { SequenceName = "tokens", Normalization = new([0, 0], [1, 1]) });

        normalized.Should().Throw<ArgumentException>().WithMessage("*set one of them*");
        shape.Should().Throw<ArgumentException>().WithMessage("*at least 2, but is [1].*");
        name.Should().Throw<ArgumentException>().WithMessage("*both are 'batch'*");
        _file.All.Should().BeEmpty();
    }
}
