using Distillation.Losses;

namespace Distillation.Tests.Losses.Features;

public sealed class ScaleDecoupledLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void One_cell_is_the_loss_of_the_mean_logits()
    {
        (Tensor student, Tensor teacher) = (Layers.Random(1, 4, 3, 2, 2), Layers.Random(2, 4, 3, 4, 4));
        Tensor labels = Some.Labels(4, 3);
        var inner = new DecoupledLoss();

        double value = Value(new ScaleDecoupledLoss("student", "teacher", inner) { Scales = [1] }, student, teacher, labels);

        Close.ShouldBe(value, inner.Compute(Some.Context(student.mean([2, 3]), teacher.mean([2, 3]), labels)).item<double>(), 1e-12);
    }

    [Fact]
    public void Cells_of_which_the_teacher_knows_another_thing_count_more()
    {
        // The mean logits of the teacher are (0.5, 1): class 1. Its cells are class 0, 1, 1 and 1.
        Tensor teacher = Layers.Of([5, -1, -1, -1, 1, 1, 1, 1], 1, 2, 2, 2);
        Tensor student = Layers.Random(1, 1, 2, 2, 2);
        double Of(double weight) => Value(
            new ScaleDecoupledLoss("student", "teacher", new SoftTargetLoss(1)) { Scales = [2], ComplementaryWeight = weight },
            student,
            teacher,
            torch.tensor([1L]));

        double[] cells = [.. Enumerable.Range(0, 4).Select(cell => RowsByHand.Divergence(
            Close.Numbers(student.flatten(2).select(2, cell)), Close.Numbers(teacher.flatten(2).select(2, cell))))];
        Close.ShouldBe(Of(1), cells.Average(), 1e-12);
        Close.ShouldBe(Of(3), cells.Average() + (2 * cells[0] / 4), 1e-12);
    }

    [Fact]
    public void A_masked_sample_does_not_count()
    {
        (Tensor student, Tensor teacher) = (Layers.Random(1, 3, 4, 2, 2), Layers.Random(2, 3, 4, 2, 2));
        Tensor labels = torch.tensor([0L, 3, 2]);
        var loss = new ScaleDecoupledLoss("student", "teacher", new DecoupledLoss());
        DistillationContext context = Layers.Context(student, teacher);

        double value = loss.Compute(new(
            context.Student, context.Teacher, new MaskedBatch(context.Batch.Inputs, labels, context.Batch.Indices, torch.tensor([1L, 0, 1])))).item<double>();

        Tensor kept = torch.tensor([0L, 2]);
        Tensor Kept(Tensor all) => all.index_select(0, kept);
        Close.ShouldBe(value, Value(loss, Kept(student), Kept(teacher), Kept(labels)), 1e-12);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Action layers = () => _ = new ScaleDecoupledLoss("student", "teacher", new SparseTargetLoss());
        Action none = () => _ = new ScaleDecoupledLoss("student", "teacher", new SoftTargetLoss()) { Scales = [] };
        Action zero = () => _ = new ScaleDecoupledLoss("student", "teacher", new SoftTargetLoss()) { Scales = [0] };
        Action label = () => Value(
            new ScaleDecoupledLoss("student", "teacher", new DecoupledLoss()), Layers.Random(1, 1, 3, 2, 2), Layers.Random(2, 1, 3, 2, 2), torch.tensor([7L]));

        layers.Should().Throw<ArgumentException>().WithMessage("*must compare logits*SparseTarget reads layers*");
        none.Should().Throw<ArgumentException>().WithMessage("There must be one scale at least*");
        zero.Should().Throw<ArgumentOutOfRangeException>().WithMessage("Scales must be positive*");
        label.Should().Throw<InvalidOperationException>().WithMessage("Class ids must be in ?0, 2?*but the batch has 7.");
    }

    private static double Value(IDistillationLoss loss, Tensor student, Tensor teacher, Tensor labels)
    {
        DistillationContext context = Layers.Context(student, teacher);
        return loss.Compute(new(context.Student, context.Teacher, new Batch(context.Batch.Inputs, labels, context.Batch.Indices))).item<double>();
    }
}
