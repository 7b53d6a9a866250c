using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses;

/// <summary>Small logits of float32 are measured without libtorch: the results must be those that libtorch gives in float64.</summary>
public sealed class CpuLossKernelTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    public static TheoryData<string, Func<IDistillationLoss>> Losses() => new()
    {
        { "soft targets", () => new SoftTargetLoss(1) },
        { "softer targets", () => new SoftTargetLoss(4) },
        { "labels", () => new HardLabelLoss() },
        { "smoothed labels", () => new HardLabelLoss { LabelSmoothing = 0.2 } },
        { "a sum", () => (0.9 * new SoftTargetLoss(3)) + (0.1 * new HardLabelLoss()) },
    };

    [Theory]
    [MemberData(nameof(Losses))]
    public void Value_and_gradient_are_those_of_the_graph_in_double_precision(string name, Func<IDistillationLoss> make)
    {
        name.Should().NotBeEmpty();
        Gen.Select(Gen.Int[1, 70], Gen.Int[2, 40], Gen.Int[0, 1_000_000], Gen.Double[0.1, 20]).ForAll(
            (rows, classes, seed, scale) =>
            {
                using var scope = torch.NewDisposeScope();
                Tensor student = Some.Inputs(rows, classes, seed, torch.ScalarType.Float32) * scale;
                Tensor teacher = Some.Inputs(rows, classes, seed + 1, torch.ScalarType.Float32) * scale;
                Tensor labels = Some.Labels(rows, classes, seed + 2);
                Tensor exact = student.to(torch.ScalarType.Float64).requires_grad_();
                Tensor expected = LossSum.Of(make()).Compute(Some.Context(exact, teacher.to(torch.ScalarType.Float64), labels));
                expected.backward();

                LossGradient found = Near(make(), student, teacher, labels);

                double value = expected.item<double>();
                Math.Abs(found.Value.item<float>() - value).Should().BeLessThan(1e-5 * (1 + Math.Abs(value)));
                double largest = exact.grad!.abs().max().item<double>();
                (found.AtLogits.to(torch.ScalarType.Float64) - exact.grad!).abs().max().item<double>().Should().BeLessThan(2e-6 * (1 + largest));
            },
            iter: 60);
    }

    [Fact]
    public void Class_that_the_teacher_rules_out_adds_nothing()
    {
        Tensor student = Some.Inputs(4, 5);
        Tensor teacher = Some.Inputs(4, 5, 3);
        teacher[torch.TensorIndex.Colon, 2] = float.NegativeInfinity;

        LossGradient found = Near(new SoftTargetLoss(2), student, teacher, labels: null);

        IClosedFormGradient general = LossSum.Of(new SoftTargetLoss(2)).ClosedForm!;
        LossGradient expected = general.Compute(Some.Context(student.to(torch.ScalarType.Float64), teacher.to(torch.ScalarType.Float64), null));
        Close.ShouldBe(Close.Numbers(found.AtLogits), Close.Numbers(expected.AtLogits), 1e-5);
        Close.ShouldBe(Close.Numbers(found.Value), Close.Numbers(expected.Value), 1e-5);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    public void Class_id_out_of_range_is_named(long label)
    {
        Action measure = () => Near(new HardLabelLoss(), Some.Inputs(2, 5), teacher: null, torch.tensor([0, label]));

        measure.Should().Throw<InvalidOperationException>()
            .WithMessage($"Class ids must be in [0, 4], for the student has 5 outputs, but the batch has {label}.");
    }

    [Fact]
    public void Logit_that_is_not_a_number_shows_in_the_loss()
    {
        Tensor student = Some.Inputs(3, 5);
        student[1, 4] = float.NaN;

        float.IsNaN(Near(new HardLabelLoss(), student, teacher: null, Some.Labels(3, 5)).Value.item<float>()).Should().BeTrue();
        float.IsNaN(Near(new SoftTargetLoss(), student, Some.Inputs(3, 5, 8), labels: null).Value.item<float>()).Should().BeTrue();
    }

    [Fact]
    public void Extreme_logits_stay_finite()
    {
        Tensor student = torch.tensor(new[,] { { 1e30f, -1e30f, 0f } });
        Tensor teacher = torch.tensor(new[,] { { -1e30f, 0f, 1e30f } });

        LossGradient found = Near(new HardLabelLoss(), student, teacher, torch.tensor([0L]));

        found.Value.item<float>().Should().BeApproximately(0, 1e-6f);
        Close.Numbers(found.AtLogits).Should().AllSatisfy(number => number.Should().BeApproximately(0, 1e-6));
    }

    private static LossGradient Near(IDistillationLoss loss, Tensor student, Tensor? teacher, Tensor? labels)
    {
        DistillationContext context = Some.Context(student, teacher, labels);
        CpuLogits.TryOf(context, out _).Should().BeTrue();
        using var noGradient = torch.no_grad();
        return LossSum.Of(loss).ClosedForm!.Compute(context);
    }
}
