using Distillation.Evaluation;

namespace Distillation.Tests.Evaluation;

public sealed class MetricInputTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Batch_without_labels_is_refused() =>
        FluentActions.Invoking(() => new MetricInput(torch.zeros(3, 2), new Batch(torch.zeros(3, 2), null, torch.arange(3))))
            .Should().Throw<ArgumentException>().WithMessage("An evaluation needs labels*");

    [Theory]
    [InlineData(new long[] { 4, 2 })]
    [InlineData(new long[] { })]
    public void Output_of_other_samples_is_refused(long[] output) =>
        FluentActions.Invoking(() => new MetricInput(torch.zeros(output), Catalog.Batch(torch.zeros(3, 2), torch.zeros(3))))
            .Should().Throw<ArgumentException>().WithMessage("The output must have one entry for each of the 3 samples*");

    [Fact]
    public void Output_of_five_dimensions_is_refused() =>
        FluentActions.Invoking(() => new MetricInput(torch.zeros([3, 2, 2, 2, 2]), Catalog.Batch(torch.zeros(3, 2), torch.zeros([3, 2, 2, 2, 2]))).Targets)
            .Should().Throw<ArgumentException>().WithMessage("The output must be*");

    [Fact]
    public void Form_is_made_once()
    {
        var input = new MetricInput(torch.zeros(3, 2), Catalog.Batch(torch.zeros(3, 2), torch.zeros(3, torch.ScalarType.Int64)));

        input.Classes.Should().BeSameAs(input.Classes);
        input.Classes.Probabilities.Should().BeSameAs(input.Classes.Probabilities);
    }

    [Theory]
    [InlineData(new long[] { 4, 3 }, new long[] { 4, 3, 2 }, new long[] { 4, 2 })]
    [InlineData(new long[] { 4, 3 }, new long[] { 4, 3, 2 }, new long[] { 4 })]
    [InlineData(new long[] { 4, 2, 3 }, new long[] { 4, 5, 2, 3 }, new long[] { 4, 3, 2 })]
    [InlineData(new long[] { 4, 2, 3 }, new long[] { 4, 5, 2, 3 }, new long[] { 4, 6 })]
    public void Mask_of_another_shape_is_refused(long[] labels, long[] output, long[] mask)
    {
        Tensor logits = torch.zeros(output);

        FluentActions.Invoking(() => new MetricInput(logits, Catalog.Batch(logits, torch.zeros(labels, torch.ScalarType.Int64), torch.ones(mask))).Classes)
            .Should().Throw<ArgumentException>()
            .WithMessage($"The mask must be ?{string.Join(", ", labels)}?, one for each row*but is ?{string.Join(", ", mask)}?.*");
    }

    [Theory]
    [InlineData(new long[] { 4 })]
    [InlineData(new long[] { 4, 1 })]
    public void Mask_of_samples_leaves_samples_out(long[] shape) =>
        Masked(torch.tensor(new[] { 1, 0, 0, 1 }).reshape(shape)).Count.Should().Be(2);

    [Fact]
    public void Mask_of_padded_inputs_leaves_no_sample_out() => Masked(torch.zeros(4, 6)).Count.Should().Be(4);

    [Fact]
    public void Mask_of_any_type_counts_what_is_not_zero()
    {
        Tensor mask = torch.tensor(new[] { 2, 0, -1, 0 });

        new[] { torch.ScalarType.Bool, torch.ScalarType.Int64, torch.ScalarType.Float32 }
            .Select(type => Masked(mask.to(type)).Count).Should().AllBeEquivalentTo(2L);
    }

    private static ClassRows Masked(Tensor mask) =>
        new MetricInput(torch.zeros(4, 3), Catalog.Batch(torch.zeros(4, 3), torch.zeros(4, torch.ScalarType.Int64), mask)).Classes;
}
