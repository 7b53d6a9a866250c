using Distillation.Losses;
using Distillation.Models;

namespace Distillation.Tests.Losses.Logits;

public sealed class SparseDivergenceLossTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(1)]
    public void Value_is_that_of_the_listed_classes_and_the_tail(double beta)
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context(classes: 6);

        double value = new SparseDivergenceLoss(beta).Compute(Listed(context, 2)).item<double>();

        double expected = RowsByHand.SoftmaxRows(context.Teacher.Logits)
            .Zip(RowsByHand.SoftmaxRows(context.Student.Logits), (p, q) => Divergence(p, q, 2, beta))
            .Average();
        Close.ShouldBe(value, expected, 1e-9);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(1)]
    public void List_of_all_classes_gives_the_divergence_of_all_classes(double beta)
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context(classes: 6);

        double value = new SparseDivergenceLoss(beta).Compute(Listed(context, 6)).item<double>();

        Close.ShouldBe(value, new JensenShannonLoss(beta).Compute(context).item<double>(), 1e-12);
    }

    [Fact]
    public void Forward_divergence_is_that_of_sparse_targets_with_one_bucket()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Listed(Some.Context(classes: 6), 3);

        Close.ShouldBe(
            new SparseDivergenceLoss(0).Compute(context).item<double>(),
            new SparseTargetLoss(missing: MissingProbability.OneBucket).Compute(context).item<double>(),
            1e-12);
    }

    [Fact]
    public void Reverse_divergence_grows_where_the_student_leaves_the_list()
    {
        using var scope = torch.NewDisposeScope();
        Tensor teacher = torch.tensor(new[,] { { 3.0, 2, -2, -2 } });
        double Value(double outside) =>
            new SparseDivergenceLoss(1).Compute(Listed(Some.Context(torch.tensor(new[,] { { 3.0, 2, outside, -2 } }), teacher, null), 2)).item<double>();

        Value(8).Should().BeGreaterThan(Value(4)).And.BeGreaterThan(1);
        Value(4).Should().BeGreaterThan(Value(0));
    }

    [Fact]
    public void List_that_has_all_of_the_probability_has_a_finite_reverse_divergence()
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = torch.tensor(new[,] { { 0.0, 0, 5, 0 } }).requires_grad_();

        Tensor value = new SparseDivergenceLoss(1).Compute(Listed(Some.Context(student, torch.tensor(new[,] { { 1e4, 1e4, 0, 0 } }), labels: null), 2));
        value.backward();

        value.item<double>().Should().BeInRange(10, 40);
        Close.Numbers(student.grad!).Should().OnlyContain(number => double.IsFinite(number));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(1)]
    public void Padding_belongs_to_the_tail(double beta)
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = torch.tensor(new[,] { { 1, 0.5, -1, 0.2 } });
        double Value(long[] classes, double[] logs)
        {
            var layers = new Dictionary<Feature, Tensor>
            {
                [SparseTargetLoss.Indices] = torch.tensor(classes).unsqueeze(0),
                [SparseTargetLoss.LogProbabilities] = torch.tensor(logs).unsqueeze(0),
            };
            return new SparseDivergenceLoss(beta).Compute(Some.Context(student, null, null).With(new ModelOutput(student), new ModelOutput(student, layers)))
                .item<double>();
        }

        double expected = Value([1, 3], [Math.Log(0.6), Math.Log(0.3)]);

        Close.ShouldBe(Value([1, 3, 0], [Math.Log(0.6), Math.Log(0.3), double.NegativeInfinity]), expected, 1e-12, "the value of a class not listed");
        Close.ShouldBe(Value([1, 3, 1], [Math.Log(0.6), Math.Log(0.3), double.NegativeInfinity]), expected, 1e-12, "the value of a class listed twice");
    }

    [Fact]
    public void Beta_out_of_range_is_refused()
    {
        Action make = () => _ = new SparseDivergenceLoss(1.1);

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("beta must be *");
    }

    private static double Divergence(double[] p, double[] q, int k, double beta)
    {
        int[] listed = [.. Enumerable.Range(0, p.Length).OrderByDescending(c => p[c]).Take(k)];
        double[] Outcomes(double[] all) => [.. listed.Select(c => all[c]), 1 - listed.Sum(c => all[c])];
        (p, q) = (Outcomes(p), Outcomes(q));
        double[] mixed = [.. p.Zip(q, (one, other) => (beta * one) + ((1 - beta) * other))];
        return beta switch
        {
            0 => RowsByHand.Kl(p, q),
            1 => RowsByHand.Kl(q, p),
            _ => (beta * RowsByHand.Kl(p, mixed)) + ((1 - beta) * RowsByHand.Kl(q, mixed)),
        };
    }

    private static DistillationContext Listed(DistillationContext context, int k)
    {
        using var teacher = new TopKTeacher(Distillation.Teacher.From(_ => context.Teacher.Logits), k);
        return context.With(context.Student, teacher.Predict(context.Batch, new SparseDivergenceLoss().Features.Teacher));
    }
}
