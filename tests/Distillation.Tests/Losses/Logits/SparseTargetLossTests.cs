using CsCheck;
using Distillation.Losses;
using Distillation.Models;

namespace Distillation.Tests.Losses.Logits;

public sealed class SparseTargetLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2.5)]
    public void Listed_probabilities_are_scaled_to_sum_to_one(double temperature)
    {
        DistillationContext context = Some.Context(classes: 6);

        double value = Value(new SparseTargetLoss(temperature), context, 3);

        double expected = RowsByHand.Of(context.Student.Logits).Zip(RowsByHand.Of(context.Teacher.Logits), (student, teacher) =>
        {
            int[] top = Top(teacher, 3);
            double[] target = RowsByHand.LogSoftmax([.. top.Select(label => teacher[label])], temperature);
            return top.Select((label, i) => Math.Exp(target[i]) * (target[i] - RowsByHand.LogSoftmax(student, temperature)[label])).Sum();
        }).Average();
        Close.ShouldBe(value, temperature * temperature * expected, 1e-9);
    }

    [Fact]
    public void One_bucket_has_what_the_list_lacks()
    {
        DistillationContext context = Some.Context(classes: 6);

        double value = Value(new SparseTargetLoss(missing: MissingProbability.OneBucket), context, 3);

        double expected = RowsByHand.Of(context.Student.Logits).Zip(RowsByHand.Of(context.Teacher.Logits), (student, teacher) =>
        {
            int[] top = Top(teacher, 3);
            double[] p = [.. top.Select(label => RowsByHand.Softmax(student)[label])];
            double[] q = [.. top.Select(label => RowsByHand.Softmax(teacher)[label])];
            return q.Append(1 - q.Sum()).Zip(p.Append(1 - p.Sum()), (one, other) => one * Math.Log(one / other)).Sum();
        }).Average();
        Close.ShouldBe(value, expected, 1e-9);
    }

    [Fact]
    public void Closed_form_of_one_bucket_equals_the_graph()
    {
        DistillationContext context = Listed(Some.Context(classes: 6), 3);
        var loss = new SparseTargetLoss(missing: MissingProbability.OneBucket);
        Tensor value = loss.Compute(context);
        value.backward();

        using var noGradient = torch.no_grad();
        LossGradient closed = loss.ClosedForm!.Compute(context);

        Close.ShouldBe(closed.Value.item<double>(), value.item<double>(), 1e-12);
        Close.ShouldBe(Close.Numbers(closed.AtLogits), Close.Numbers(context.Student.Logits.grad!), 1e-12);
        Close.ShouldBe(
            Close.Numbers(closed.AtLogits),
            FiniteDifference.Gradient(logits => loss.Compute(context.With(new ModelOutput(logits), context.Teacher)), context.Student.Logits),
            1e-6);
    }

    [Theory]
    [InlineData(MissingProbability.Renormalized)]
    [InlineData(MissingProbability.OneBucket)]
    public void List_of_all_classes_gives_soft_targets(MissingProbability missing)
    {
        DistillationContext context = Some.Context(classes: 6);

        Close.ShouldBe(Value(new SparseTargetLoss(missing: missing), context, 6), new SoftTargetLoss(1).Compute(context).item<double>(), 1e-12);
    }

    [Fact]
    public void Bucket_hides_some_of_the_divergence_and_never_makes_it_negative() =>
        Gen.Select(Gen.Int[0, 1000], Gen.Int[1, 6]).ForAll(
            (seed, k) =>
            {
                using var scope = torch.NewDisposeScope();
                DistillationContext context = Some.Context(classes: 6, seed: seed);

                double value = Value(new SparseTargetLoss(missing: MissingProbability.OneBucket), context, k);

                value.Should().BeInRange(-1e-12, new SoftTargetLoss(1).Compute(context).item<double>() + 1e-12);
            },
            iter: 50);

    [Theory]
    [InlineData(MissingProbability.Renormalized)]
    [InlineData(MissingProbability.OneBucket)]
    public void Padding_of_no_probability_does_not_count(MissingProbability missing)
    {
        Tensor student = torch.tensor(new[,] { { 1, 0.5, -1, 0.2 } });
        var loss = new SparseTargetLoss(missing: missing);
        double Listed(long[] labels, double[] logs) =>
            loss.Compute(Context(student, torch.tensor(labels).unsqueeze(0), torch.tensor(logs).unsqueeze(0))).item<double>();

        double padded = Listed([1, 3, 0], [Math.Log(0.6), Math.Log(0.3), double.NegativeInfinity]);

        Close.ShouldBe(padded, Listed([1, 3], [Math.Log(0.6), Math.Log(0.3)]) + (missing == MissingProbability.OneBucket ? Moved() : 0), 1e-9);

        // Class 0 leaves the bucket with its padding: the student's probability of it no longer helps.
        double Moved()
        {
            double[] p = RowsByHand.Softmax([1, 0.5, -1, 0.2]);
            return 0.1 * (Math.Log(p[0] + p[2]) - Math.Log(p[2]));
        }
    }

    [Theory]
    [InlineData(MissingProbability.Renormalized)]
    [InlineData(MissingProbability.OneBucket)]
    public void Extreme_logits_have_a_finite_value_and_gradient(MissingProbability missing)
    {
        Tensor student = torch.tensor(new double[,] { { 1e4, -1e4, 1e4, -1e4 }, { 0, 0, 0, 0 } }).requires_grad_();
        Tensor teacher = torch.tensor(new double[,] { { -1e4, 1e4, -1e4, 1e4 }, { 1e4, 0, 0, 0 } });

        Tensor value = new SparseTargetLoss(missing: missing).Compute(Listed(Some.Context(student, teacher, labels: null), 2));
        value.backward();

        double.IsFinite(value.item<double>()).Should().BeTrue();
        Close.Numbers(student.grad!).Should().OnlyContain(number => double.IsFinite(number));
    }

    [Fact]
    public void Class_out_of_range_is_named()
    {
        Action compute = () => new SparseTargetLoss().Compute(Context(torch.rand(1, 4), torch.tensor(new long[,] { { 1, 4 } }), torch.zeros(1, 2)));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*'topk.indices'*[0, 3]*4 outputs*");
    }

    [Fact]
    public void Lists_of_two_lengths_are_named()
    {
        Action compute = () => new SparseTargetLoss().Compute(Context(torch.rand(1, 4), torch.tensor(new long[,] { { 1, 3 } }), torch.zeros(1, 3)));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*?1, 2?*?1, 3?*");
    }

    [Fact]
    public void Lists_that_do_not_fit_the_sequence_are_named()
    {
        Action compute = () => new SparseTargetLoss().Compute(Context(torch.rand(2, 5, 4), torch.zeros(2, 4, 2, torch.ScalarType.Int64), torch.zeros(2, 4, 2)));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*student*?2, 5, 4?*'topk.indices'*?2, 4, 2?*");
    }

    [Fact]
    public void Temperature_with_one_bucket_is_refused()
    {
        Action constant = () => _ = new SparseTargetLoss(2, MissingProbability.OneBucket);
        Action schedule = () => _ = new SparseTargetLoss(new Schedule.Linear(1, 2), MissingProbability.OneBucket);

        constant.Should().Throw<ArgumentException>().WithMessage("*temperature must be 1*");
        schedule.Should().Throw<ArgumentException>().WithMessage("*temperature must be 1*");
    }

    [Fact]
    public void Learner_trains_on_a_list()
    {
        using ITeacher teacher = new TopKTeacher(Teacher.From(Some.Mlp(seed: 3)), 2);
        var options = new TrainerOptions { Epochs = 20, BatchSize = 10, Optimizer = new SgdOptimizer(0.5) };

        TrainingResult result = new DistillationTrainer(teacher, Student.From(Some.Mlp()), new SparseTargetLoss(2), options).Fit(Some.Data());

        result.History[^1].Loss.Should().BeLessThan(result.History[0].Loss / 2);
    }

    private static int[] Top(double[] row, int k) => [.. Enumerable.Range(0, row.Length).OrderByDescending(label => row[label]).Take(k)];

    private static double Value(SparseTargetLoss loss, DistillationContext context, int k) => loss.Compute(Listed(context, k)).item<double>();

    private static DistillationContext Listed(DistillationContext context, int k)
    {
        using var teacher = new TopKTeacher(Teacher.From(_ => context.Teacher.Logits), k);
        return context.With(context.Student, teacher.Predict(context.Batch, FeatureSet.Of(SparseTargetLoss.Indices, SparseTargetLoss.LogProbabilities)));
    }

    private static DistillationContext Context(Tensor student, Tensor indices, Tensor log) =>
        Some.Context(student, null, null).With(
            new ModelOutput(student),
            new ModelOutput(student, new Dictionary<Feature, Tensor> { [SparseTargetLoss.Indices] = indices, [SparseTargetLoss.LogProbabilities] = log }));
}
