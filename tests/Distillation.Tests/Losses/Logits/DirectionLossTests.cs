using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class DirectionLossTests
{
    private static readonly Gen<double[]> Logits = Gen.Double[0.5, 8].Array[20];

    [Theory]
    [InlineData(0.1)]
    [InlineData(3)]
    public void Tikhonov_is_added_to_the_covariance(double tikhonov)
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context();

        double value = new DirectionLoss(tikhonov).Compute(context).item<double>();

        Close.ShouldBe(value, Expected(context, tikhonov, dividedBy: 1), 1e-9);
    }

    [Fact]
    public void Loss_of_the_authors_is_that_of_a_larger_tikhonov()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context();

        double value = new DirectionLoss(0.1 * 4 * 4).Compute(context).item<double>();

        Close.ShouldBe(value, Expected(context, 0.1, dividedBy: 4), 1e-9);
    }

    [Fact]
    public void Loss_does_not_see_the_size_of_logits_nor_a_turn_of_all_of_them() =>
        Gen.Select(Logits, Logits, Gen.Double[0.1, 10], Gen.Double[0, 6]).ForAll(
            (student, teacher, factor, angle) =>
            {
                using var scope = torch.NewDisposeScope();
                Tensor turn = torch.eye(4, dtype: torch.ScalarType.Float64);
                (double cosine, double sine) = (Math.Cos(angle), Math.Sin(angle));
                turn[1, 1] = turn[3, 3] = torch.tensor(cosine);
                turn[1, 3] = torch.tensor(sine);
                turn[3, 1] = torch.tensor(-sine);

                double value = Value(Matrix(student).mm(turn) * factor, Matrix(teacher));

                value.Should().BeApproximately(Value(Matrix(student), Matrix(teacher)), 1e-9);
            },
            iter: 30);

    [Fact]
    public void Loss_and_gradient_are_zero_where_student_equals_teacher()
    {
        using var scope = torch.NewDisposeScope();
        Tensor logits = Some.Inputs(5, 4, dtype: torch.ScalarType.Float64);
        Tensor student = logits.clone().requires_grad_();

        Tensor value = new DirectionLoss().Compute(Some.Context(student, logits, null));
        value.backward();

        value.item<double>().Should().Be(0);
        Close.Numbers(student.grad!).Should().AllSatisfy(number => number.Should().Be(0));
    }

    [Fact]
    public void One_sample_has_no_angles()
    {
        using var scope = torch.NewDisposeScope();

        new DirectionLoss().Compute(Some.Context(samples: 1)).item<double>().Should().BeApproximately(0, 1e-14);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Tikhonov_is_refused_when_it_is_not_positive(double tikhonov)
    {
        Action make = () => _ = new DirectionLoss(tikhonov);

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("tikhonov must be positive*");
    }

    private static double Value(Tensor student, Tensor teacher) => new DirectionLoss().Compute(Some.Context(student, teacher, null)).item<double>();

    private static Tensor Matrix(double[] numbers) => torch.tensor(numbers).view(5, 4);

    private static double Expected(DistillationContext context, double tikhonov, double dividedBy)
    {
        double[][] student = RowsByHand.Of(context.Student.Logits);
        double[][] teacher = RowsByHand.Of(context.Teacher.Logits);
        double[][] difference = Table((i, j) => (Cosine(student[i], student[j]) - Cosine(teacher[i], teacher[j])) / dividedBy);
        double[][] columns = RowsByHand.Columns(difference);
        double[][] covariance = Table((i, j) =>
            columns[i].Zip(columns[j]).Sum(pair => (pair.First - columns[i].Average()) * (pair.Second - columns[j].Average())) / 4 + (i == j ? tikhonov : 0));
        return difference.Average(row => Math.Sqrt(RowsByHand.Dot(row, Solve(covariance, row))));
    }

    private static double Cosine(double[] left, double[] right) =>
        RowsByHand.Dot(left, right) / Math.Sqrt(RowsByHand.Dot(left, left) * RowsByHand.Dot(right, right));

    private static double[][] Table(Func<int, int, double> at) =>
        [.. Enumerable.Range(0, 5).Select(i => Enumerable.Range(0, 5).Select(j => at(i, j)).ToArray())];

    // Gauss and Jordan, without pivots: the matrix is positive definite.
    private static double[] Solve(double[][] matrix, double[] right)
    {
        double[][] rows = [.. matrix.Zip(right).Select(pair => pair.First.Append(pair.Second).ToArray())];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = [.. rows[i].Select(number => number / rows[i][i])];
            for (int other = 0; other < rows.Length; other++)
            {
                if (other != i)
                {
                    double factor = rows[other][i];
                    rows[other] = [.. rows[other].Zip(rows[i]).Select(pair => pair.First - (factor * pair.Second))];
                }
            }
        }

        return [.. rows.Select(row => row[^1])];
    }
}
