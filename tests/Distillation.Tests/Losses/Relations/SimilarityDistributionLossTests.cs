using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Relations;

public sealed class SimilarityDistributionLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Tensor _student = torch.tensor(new[,] { { 1, 0.5 }, { -0.3, 2 }, { 0.8, -1.1 }, { 0.2, 0.4 } });
    private readonly Tensor _teacher = torch.tensor(new[,] { { 0.9, 0.1, 0.4 }, { -0.2, 1.5, 0.3 }, { 1.1, -0.7, 0.2 }, { 0.5, 0.5, -1 } });

    public void Dispose() => _scope.Dispose();

    // The numbers are from NumPy.
    [Fact]
    public void Value_is_the_divergence_between_the_neighbors_of_embeddings_of_other_widths()
    {
        Close.ShouldBe(Value(new(), _student, _teacher), 3.4664282205215877, 1e-12);
        Close.ShouldBe(Value(new(0.5, 0.2), _student, _teacher), 0.48710943017078656, 1e-12);
    }

    [Fact]
    public void Value_does_not_depend_on_rotation_of_either_and_on_the_size_of_each_embedding() =>
        Gen.Select(Gen.Double[0.1, 10].Array[5], Gen.Double[0, 6], Gen.Int[0, 1000]).ForAll(
            (sizes, angle, seed) =>
            {
                using var scope = torch.NewDisposeScope();
                (Tensor student, Tensor teacher) = (LayerValue.Random(seed, 5, 2), LayerValue.Random(seed + 1, 5, 3));
                Tensor rotation = torch.tensor(new[,] { { Math.Cos(angle), -Math.Sin(angle) }, { Math.Sin(angle), Math.Cos(angle) } });

                double moved = Value(new(0.5), student.mm(rotation) * torch.tensor(sizes).unsqueeze(1), teacher);

                moved.Should().BeApproximately(Value(new(0.5), student, teacher), 1e-10);
            },
            iter: 50);

    [Fact]
    public void Value_does_not_depend_on_the_order_of_the_samples()
    {
        Tensor order = torch.tensor([2L, 0, 3, 1]);

        Close.ShouldBe(Value(new(), _student.index_select(0, order), _teacher.index_select(0, order)), Value(new(), _student, _teacher), 1e-12);
    }

    [Fact]
    public void Value_is_zero_when_the_student_has_the_teachers_embeddings_and_more_zeros()
    {
        Tensor student = torch.cat([_teacher, torch.zeros_like(_teacher)], 1);

        Value(new(), student, _teacher).Should().BeApproximately(0, 1e-12);
        Value(new(0.1, 0.2), student, _teacher).Should().BePositive("the temperatures differ");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Value_is_zero_when_there_is_no_choice_of_neighbors(long samples)
    {
        Tensor student = _student.narrow(0, 0, samples).clone().requires_grad_();

        Tensor value = new SimilarityDistributionLoss().Compute(Some.Context(student, _teacher.narrow(0, 0, samples), null));
        value.backward();

        value.item<double>().Should().BeApproximately(0, 1e-12);
        Close.Numbers(student.grad!).Should().AllSatisfy(number => number.Should().BeApproximately(0, 1e-12));
    }

    [Fact]
    public void Embedding_of_zeros_has_no_gradient()
    {
        Tensor student = _student.clone();
        student.select(0, 1).zero_();
        student.requires_grad_();

        new SimilarityDistributionLoss().Compute(Some.Context(student, _teacher, null)).backward();

        double[] gradient = Close.Numbers(student.grad!);
        gradient.Should().AllSatisfy(number => double.IsFinite(number).Should().BeTrue());
        Close.Largest(gradient).Should().BePositive();
    }

    [Fact]
    public void Gradient_step_brings_the_student_nearer_when_widths_differ()
    {
        Tensor student = _student.clone().requires_grad_();
        var loss = new SimilarityDistributionLoss(0.5);

        loss.Compute(Some.Context(student, _teacher, null)).backward();

        Value(loss, student.detach() - (0.01 * student.grad!), _teacher).Should().BeLessThan(Value(loss, _student, _teacher));
    }

    [Fact]
    public void Tokens_that_the_mask_rules_out_are_nobodys_neighbors()
    {
        Tensor Padded(Tensor rows) => torch.cat([rows, torch.full([2, rows.size(1)], double.NaN, torch.ScalarType.Float64)]).view(2, 3, -1);
        var batch = new MaskedBatch(torch.zeros(2, 1), null, torch.arange(2), torch.tensor(new long[,] { { 1, 1, 1 }, { 1, 0, 0 } }));
        var context = new DistillationContext(new ModelOutput(Padded(_student)), new ModelOutput(Padded(_teacher)), batch);

        Close.ShouldBe(new SimilarityDistributionLoss().Compute(context).item<double>(), Value(new(), _student, _teacher), 1e-12);
    }

    [Fact]
    public void Temperatures_follow_the_run()
    {
        DistillationContext context = Some.Context(_student, _teacher, null, new TrainingPosition(0, 50, 100, 10));

        double value = new SimilarityDistributionLoss(new Schedule.Linear(0.1, 0.3), new Schedule.Linear(0.4, 0.2)).Compute(context).item<double>();

        Close.ShouldBe(value, Value(new(0.2, 0.3), _student, _teacher), 1e-12);
    }

    [Fact]
    public void Temperature_of_the_teacher_is_refused_when_it_is_not_positive()
    {
        Action make = () => _ = new SimilarityDistributionLoss(teacherTemperature: -1);

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*emperature must be positive*-1*");
    }

    [Fact]
    public void Outputs_of_other_rows_are_refused()
    {
        Action compute = () => Value(new(), _student.view(2, 2, 2), _teacher);

        compute.Should().Throw<InvalidOperationException>().WithMessage("*same rows*student*[2, 2, 2]*teacher*[4, 3]*");
    }

    private static double Value(SimilarityDistributionLoss loss, Tensor student, Tensor teacher) =>
        loss.Compute(Some.Context(student, teacher, null)).item<double>();
}
