using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class WassersteinLogitLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Probability_moved_to_a_near_class_costs_less_than_to_a_far_one()
    {
        double[][] costs = [[0, 1, 1, 1], [1, 0, 0.1, 0.9], [1, 0.1, 0, 0.9], [1, 0.9, 0.9, 0]];
        Tensor teacher = torch.tensor(new[,] { { 0, 10.0, 0, 0 } });
        double Value(params double[] student) => Distance(costs, torch.tensor(student).unsqueeze(0), teacher, 0);

        double near = Value(0, 0, 10, 0);
        double far = Value(0, 0, 0, 10);

        near.Should().BeApproximately(0.1, 0.01);
        far.Should().BeApproximately(0.9, 0.01);
    }

    [Fact]
    public void Flow_between_two_classes_is_the_entropic_optimum()
    {
        double[][] costs = [[0, 5, 5], [5, 0, 0.8], [5, 0.8, 0]];
        Tensor student = torch.tensor(new[,] { { 3.0, 1, 0 } });
        Tensor teacher = torch.tensor(new[,] { { 2.0, -1, 1 } });

        double value = Distance(costs, student, teacher, 0, regularization: 0.4, iterations: 200);

        // The flow between two classes has one unknown, x, by which the odds of staying are exp(2c/ε).
        double p = RowsByHand.Softmax([1, 0])[0];
        double t = RowsByHand.Softmax([-1.0, 1])[0];
        (double low, double high) = (p - t, p);
        for (int i = 0; i < 100; i++)
        {
            double x = (low + high) / 2;
            bool isTooSmall = (p - x) * (1 - t - x) > Math.Exp(4) * x * (t - p + x);
            (low, high) = isTooSmall ? (x, high) : (low, x);
        }

        Close.ShouldBe(value, 0.8 * (low + (t - p + low)), 1e-5);
    }

    [Fact]
    public void Logit_of_the_label_does_not_reach_the_distance()
    {
        double[][] costs = [[0, 1, 1], [1, 0, 1], [1, 1, 0]];
        Tensor teacher = torch.tensor(new[,] { { 2.0, -1, 1 } });

        Close.ShouldBe(
            Distance(costs, torch.tensor(new[,] { { 50.0, 1, 0 } }), teacher, 0), Distance(costs, torch.tensor(new[,] { { -50.0, 1, 0 } }), teacher, 0), 1e-9);
    }

    [Fact]
    public void Costs_of_a_classifier_are_one_minus_the_cosine()
    {
        Tensor weights = torch.tensor(new double[,] { { 2, 0 }, { 0, 3 }, { -1, 0 } });

        IReadOnlyList<IReadOnlyList<double>> plain = WassersteinLogitLoss.CosineCosts(weights, sharpness: 0);
        IReadOnlyList<IReadOnlyList<double>> sharp = WassersteinLogitLoss.CosineCosts(weights, sharpness: 2);

        plain.SelectMany(row => row).Should().Equal(0, 1, 2, 1, 0, 1, 2, 1, 0);
        Close.ShouldBe(sharp[0][2], 1 - Math.Exp(-4), 1e-12);
    }

    [Fact]
    public void Costs_are_copied()
    {
        double[][] costs = [[0, 1], [1, 0]];
        var loss = new WassersteinLogitLoss(costs);
        DistillationContext context = Some.Context(classes: 2);
        double before = loss.Compute(context).item<double>();

        costs[0][1] = 100;

        loss.Compute(context).item<double>().Should().Be(before);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Action shape = () => _ = new WassersteinLogitLoss([[0.0, 1, 1], [1.0, 0, 1]]);
        Action negative = () => _ = new WassersteinLogitLoss([[0.0, -1], [1.0, 0]]);
        Action classes = () => new WassersteinLogitLoss([[0.0, 1, 1], [1.0, 0, 1], [1.0, 1, 0]]).Compute(Some.Context(classes: 4));
        Action weights = () => WassersteinLogitLoss.CosineCosts(torch.zeros(3));

        shape.Should().Throw<ArgumentException>().WithMessage("Costs must be a row of 2 numbers for each of 2 classes, but a row has 3.*");
        negative.Should().Throw<ArgumentOutOfRangeException>().WithMessage("costs must be zero or positive, and finite, but was -1.*");
        classes.Should().Throw<InvalidOperationException>().WithMessage("Costs must be for the 4 outputs of the student, but are for 3 classes.");
        weights.Should().Throw<ArgumentException>().WithMessage("*a row for each class, but are ?3?*");
    }

    // The distance alone: twice the weight, less once.
    private static double Distance(double[][] costs, Tensor student, Tensor teacher, long label, double regularization = 0.05, int iterations = 10)
    {
        double Value(double gamma) =>
            new WassersteinLogitLoss(costs, gamma, 1) { Regularization = regularization, Iterations = iterations }
                .Compute(Some.Context(student, teacher, torch.tensor([label]))).item<double>();
        return Value(1) - Value(0);
    }
}
