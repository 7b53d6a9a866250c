using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

/// <summary>What holds of every loss that compares two distributions.</summary>
public sealed class DivergenceTests
{
    private static readonly Gen<double[]> Logits = Gen.Double[-8, 8].Array[24];

    public static TheoryData<string> Divergences =>
    [
        "soft targets", "decoupled", "jensen-shannon, 0", "jensen-shannon, 0.3", "jensen-shannon, 0.5", "jensen-shannon, 1", "skew", "skew reverse",
        "total variation",
    ];

    [Theory]
    [MemberData(nameof(Divergences))]
    public void Divergence_is_zero_where_student_equals_teacher(string name) =>
        Gen.Select(Logits, Gen.Double[0.5, 8])
            .ForAll((logits, temperature) => Value(Make(name, temperature), logits, logits).Should().BeApproximately(0, 1e-12), iter: 20);

    [Theory]
    [MemberData(nameof(Divergences))]
    public void Divergence_is_never_negative(string name) =>
        Gen.Select(Logits, Logits).ForAll((student, teacher) => Value(Make(name, 1), student, teacher).Should().BeGreaterThan(0), iter: 20);

    [Theory]
    [MemberData(nameof(Divergences))]
    public void Divergence_does_not_change_when_a_number_is_added_to_all_logits(string name) =>
        Gen.Select(Logits, Logits, Gen.Double[-50, 50]).ForAll(
            (student, teacher, shift) =>
            {
                double value = Value(Make(name, 2), [.. student.Select(logit => logit + shift)], teacher);
                Close.ShouldBe(value, Value(Make(name, 2), student, teacher), 1e-9);
            },
            iter: 20);

    [Theory]
    [MemberData(nameof(Divergences))]
    public void Temperature_divides_the_logits(string name) =>
        Gen.Select(Logits, Logits, Gen.Double[0.5, 8]).ForAll(
            (student, teacher, temperature) =>
            {
                double cool = Value(Make(name, 1), [.. student.Select(logit => logit / temperature)], [.. teacher.Select(logit => logit / temperature)]);
                Close.ShouldBe(
                    Value(Make(name, temperature), student, teacher), cool * (name is "soft targets" or "decoupled" ? temperature * temperature : 1), 1e-9);
            },
            iter: 20);

    [Theory]
    [MemberData(nameof(Divergences))]
    public void Temperature_follows_the_run(string name)
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context(position: new(0, 50, 100, 10));

        double value = Make(name, new Schedule.Linear(1, 5)).Compute(context).item<double>();

        value.Should().Be(Make(name, 3).Compute(context).item<double>());
    }

    [Theory]
    [MemberData(nameof(Divergences))]
    public void Closed_form_equals_the_graph_at_every_temperature(string name) =>
        Gen.Select(Logits, Logits, Gen.Double[0.5, 8]).ForAll(
            (student, teacher, temperature) =>
            {
                using var scope = torch.NewDisposeScope();
                Tensor logits = Matrix(student).requires_grad_();
                DistillationContext context = Some.Context(logits, Matrix(teacher), Labels());
                IDistillationLoss loss = Make(name, temperature);
                loss.Compute(context).backward();

                using var noGradient = torch.no_grad();
                Close.ShouldBe(Close.Numbers(loss.ClosedForm!.Compute(context).AtLogits), Close.Numbers(logits.grad!), 1e-10);
            },
            iter: 20);

    private static IDistillationLoss Make(string name, Schedule temperature) => name switch
    {
        "soft targets" => new SoftTargetLoss(temperature),
        "decoupled" => new DecoupledLoss(0.7, 3, temperature),
        "jensen-shannon, 0" => new JensenShannonLoss(0, temperature),
        "jensen-shannon, 0.3" => new JensenShannonLoss(0.3, temperature),
        "jensen-shannon, 0.5" => new JensenShannonLoss(0.5, temperature),
        "jensen-shannon, 1" => new JensenShannonLoss(1, temperature),
        "skew" => new SkewDivergenceLoss(0.2, temperature),
        "skew reverse" => new SkewReverseDivergenceLoss(0.2, temperature),
        "total variation" => new TotalVariationLoss(temperature),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    private static double Value(IDistillationLoss loss, double[] student, double[] teacher)
    {
        using var scope = torch.NewDisposeScope();
        return loss.Compute(Some.Context(Matrix(student), Matrix(teacher), Labels())).item<double>();
    }

    private static Tensor Matrix(double[] numbers) => torch.tensor(numbers).view(6, 4);

    private static Tensor Labels() => torch.tensor([0L, 1, 2, 3, 1, 1]);
}
