using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class HardLabelLossTests
{
    private static readonly double[,] Logits = { { 1, 2, 0.5 }, { -1, 0, 3 }, { 0.2, 0.1, 0 } };

    [Fact]
    public void Class_weights_weigh_the_mean()
    {
        using var scope = torch.NewDisposeScope();
        double[] weights = [1, 2, 0.5];
        long[] labels = [1, 2, 0];

        double value = Value(new HardLabelLoss { ClassWeights = weights }, torch.tensor(labels));

        double expected = labels.Select((label, row) => weights[label] * Cost(row, label)).Sum() / labels.Sum(label => weights[label]);
        value.Should().BeApproximately(expected, 1e-12);
    }

    [Fact]
    public void Ignored_label_does_not_count()
    {
        using var scope = torch.NewDisposeScope();

        double value = Value(new HardLabelLoss { IgnoredLabel = -100 }, torch.tensor(new long[] { 1, -100, 0 }));

        value.Should().BeApproximately((Cost(0, 1) + Cost(2, 0)) / 2, 1e-12);
    }

    [Fact]
    public void Probabilities_are_targets_as_they_stand()
    {
        using var scope = torch.NewDisposeScope();
        double[,] targets = { { 0.2, 0.5, 0.3 }, { 1, 0, 0 }, { 0, 0.4, 0.6 } };

        double value = Value(new HardLabelLoss(), torch.tensor(targets));

        double expected = Enumerable.Range(0, 3).Average(row => Enumerable.Range(0, 3).Sum(label => targets[row, label] * Cost(row, label)));
        value.Should().BeApproximately(expected, 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    public void Closed_form_of_probabilities_equals_the_graph(double smoothing)
    {
        using var scope = torch.NewDisposeScope();
        Tensor logits = torch.tensor(Logits).requires_grad_();
        DistillationContext context = Some.Context(logits, null, torch.tensor(new[,] { { 0.2, 0.5, 0.3 }, { 1, 0, 0 }, { 0, 0.4, 0.6 } }));
        var loss = new HardLabelLoss { LabelSmoothing = smoothing };
        Tensor value = loss.Compute(context);
        value.backward();

        LossGradient closed = loss.ClosedForm!.Compute(context);

        closed.Value.item<double>().Should().BeApproximately(value.item<double>(), 1e-12);
        closed.AtLogits.sub(logits.grad!).abs().max().item<double>().Should().BeLessThan(1e-14);
    }

    [Fact]
    public void Narrow_integer_labels_are_taken()
    {
        using var scope = torch.NewDisposeScope();

        double value = Value(new HardLabelLoss(), torch.tensor(new byte[] { 1, 2, 0 }));

        value.Should().BeApproximately((Cost(0, 1) + Cost(1, 2) + Cost(2, 0)) / 3, 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    public void Closed_form_of_weighted_and_ignored_labels_equals_the_graph(double smoothing)
    {
        using var scope = torch.NewDisposeScope();
        Tensor logits = torch.tensor(Logits).requires_grad_();
        DistillationContext context = Some.Context(logits, null, torch.tensor(new long[] { 1, -100, 0 }));
        var loss = new HardLabelLoss { LabelSmoothing = smoothing, ClassWeights = [1, 2, 0.5], IgnoredLabel = -100 };
        Tensor value = loss.Compute(context);
        value.backward();

        LossGradient closed = loss.ClosedForm!.Compute(context);

        closed.Value.item<double>().Should().BeApproximately(value.item<double>(), 1e-12);
        closed.AtLogits.sub(logits.grad!).abs().max().item<double>().Should().BeLessThan(1e-14);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    public void Weighted_ignored_and_smoothed_labels_are_those_of_pytorch(double smoothing)
    {
        using var scope = torch.NewDisposeScope();
        Tensor labels = torch.tensor(new long[] { 1, -100, 0 });

        double value = Value(new HardLabelLoss { LabelSmoothing = smoothing, ClassWeights = [1, 2, 0.5], IgnoredLabel = -100 }, labels);

        Tensor expected = TorchSharp.torch.nn.functional.cross_entropy(
            torch.tensor(Logits), labels, torch.tensor(new[] { 1, 2, 0.5 }), -100, label_smoothing: smoothing);
        value.Should().BeApproximately(expected.item<double>(), 1e-12);
    }

    [Theory]
    [InlineData(3L)]
    [InlineData(-1L)]
    public void Label_out_of_range_is_named(long label)
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context(torch.tensor(Logits), null, torch.tensor(new[] { 0, label, 1 }));

        Action compute = () => new HardLabelLoss().Compute(context);

        compute.Should().Throw<InvalidOperationException>().WithMessage($"*[0, 2]*{label}*");
    }

    [Fact]
    public void Labels_of_a_wrong_kind_are_named()
    {
        using var scope = torch.NewDisposeScope();
        Action compute = () => Value(new HardLabelLoss(), torch.tensor(new[] { 0.5, 1, 2 }));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*class ids*[3] Float64*");
    }

    [Fact]
    public void Labels_are_required_when_there_are_none()
    {
        using var scope = torch.NewDisposeScope();
        Action compute = () => new HardLabelLoss().Compute(Some.Context(torch.tensor(Logits), null, null));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*needs labels*");
    }

    [Fact]
    public void Options_out_of_range_are_refused_where_they_are_written()
    {
        Action smoothing = () => _ = new HardLabelLoss { LabelSmoothing = 1.5 };
        Action weights = () => _ = new HardLabelLoss { ClassWeights = [1, -1] };

        smoothing.Should().Throw<ArgumentOutOfRangeException>().WithMessage("LabelSmoothing must be in ?0, 1?, but was 1.5.*");
        weights.Should().Throw<ArgumentOutOfRangeException>().WithMessage("ClassWeights must be *");
    }

    private static double Value(HardLabelLoss loss, Tensor labels) => loss.Compute(Some.Context(torch.tensor(Logits), null, labels)).item<double>();

    // -log softmax, in plain doubles
    private static double Cost(int row, long label) => Math.Log(Enumerable.Range(0, 3).Sum(c => Math.Exp(Logits[row, c]))) - Logits[row, label];
}
