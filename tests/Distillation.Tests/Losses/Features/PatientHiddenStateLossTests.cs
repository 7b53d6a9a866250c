using Distillation.Losses;

namespace Distillation.Tests.Losses.Features;

public sealed class PatientHiddenStateLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void First_place_alone_counts_unless_all_do()
    {
        (Tensor student, Tensor teacher) = (Layers.Random(1, 4, 3, 6), Layers.Random(2, 4, 3, 6));
        double Value(Tensor ofStudent, Tensor ofTeacher, bool first) =>
            Layers.Value(new PatientHiddenStateLoss([new("student", "teacher")]) { FirstPlaceOnly = first }, ofStudent, ofTeacher);

        Close.ShouldBe(Value(student, teacher, true), Value(student.select(1, 0), teacher.select(1, 0), false), 1e-12);
        Close.ShouldBe(Value(student, teacher, false), Value(student.view(12, 6), teacher.view(12, 6), true), 1e-12);
    }

    [Fact]
    public void Value_is_two_times_one_minus_the_cosine_divided_by_the_width()
    {
        Tensor student = Layers.Of([3, 0, 4, 0], 2, 2);
        Tensor teacher = Layers.Of([1, 1, -7, 0], 2, 2);

        double value = Layers.Value(new PatientHiddenStateLoss([new("student", "teacher")]), student, teacher);

        Close.ShouldBe(value, ((1 - Math.Sqrt(0.5)) + 2) / 2, 1e-12);
    }

    [Fact]
    public void A_text_whose_first_place_is_masked_does_not_count()
    {
        (Tensor student, Tensor teacher) = (Layers.Random(1, 3, 2, 6), Layers.Random(2, 3, 2, 6));
        Tensor mask = torch.tensor(new long[,] { { 1, 1 }, { 0, 0 }, { 1, 0 } });
        var loss = new PatientHiddenStateLoss([new("student", "teacher")]);
        DistillationContext context = LayerValue.Context(student, teacher, mask);

        double value = loss.Compute(context).item<double>();

        Tensor kept = torch.tensor([0L, 2]);
        Close.ShouldBe(value, Layers.Value(loss, student.index_select(0, kept), teacher.index_select(0, kept)), 1e-12);
        loss.GetWeight(context.Batch, context.Student)!.item<double>().Should().Be(2);
    }
}
