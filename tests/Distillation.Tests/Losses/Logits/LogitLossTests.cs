using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

/// <summary>What holds of every loss on logits.</summary>
public sealed class LogitLossTests
{
    public static TheoryData<string> Names => [.. All.Keys];

    private static Dictionary<string, Func<IDistillationLoss>> All { get; } = new()
    {
        ["soft targets"] = () => new SoftTargetLoss(3),
        ["soft cross entropy"] = () => new SoftCrossEntropyLoss(2),
        ["logit mse"] = () => new LogitMseLoss(),
        ["hard labels"] = () => new HardLabelLoss(),
        ["smoothed hard labels"] = () => new HardLabelLoss { LabelSmoothing = 0.2 },
        ["a sum"] = () => (0.7 * new SoftTargetLoss(2)) + (0.3 * new HardLabelLoss()) + (2 * new LogitMseLoss()),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_is_that_of_finite_differences(string name)
    {
        using var scope = torch.NewDisposeScope();
        IDistillationLoss loss = All[name]();
        DistillationContext context = Some.Context();
        Tensor logits = context.Student.Logits;

        loss.Compute(context).backward();

        double[] expected = FiniteDifference.Gradient(moved => loss.Compute(context.With(new ModelOutput(moved), context.Teacher)), logits);
        logits.grad!.data<double>().ToArray().Zip(expected).Should().AllSatisfy(pair => pair.First.Should().BeApproximately(pair.Second, 1e-7));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Closed_form_equals_the_graph(string name)
    {
        using var scope = torch.NewDisposeScope();
        IDistillationLoss loss = All[name]();
        DistillationContext context = Some.Context(samples: 7, classes: 5, seed: 11);
        Tensor value = loss.Compute(context);
        value.backward();

        using var noGradient = torch.no_grad();
        LossGradient closed = loss.ClosedForm!.Compute(context);

        closed.Value.item<double>().Should().BeApproximately(value.item<double>(), 1e-12);
        closed.AtLogits.sub(context.Student.Logits.grad!).abs().max().item<double>().Should().BeLessThan(1e-14);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Closed_form_leaves_its_inputs_as_they_were(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        DistillationContext context = Some.Context();
        Tensor student = context.Student.Logits.clone();
        Tensor teacher = context.Teacher.Logits.clone();

        LossGradient closed = All[name]().ClosedForm!.Compute(context);
        closed.AtLogits.fill_(7);

        context.Student.Logits.eq(student).all().item<bool>().Should().BeTrue();
        context.Teacher.Logits.eq(teacher).all().item<bool>().Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_tensor_is_left(string name)
    {
        IDistillationLoss loss = All[name]();
        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            DistillationContext context = Some.Context();
            loss.Compute(context).backward();
            using var noGradient = torch.no_grad();
            _ = loss.ClosedForm!.Compute(context);
        });
    }

    [Theory]
    [InlineData(1e4)]
    [InlineData(-1e4)]
    public void Soft_targets_stay_finite_when_logits_are_huge(double huge)
    {
        using var scope = torch.NewDisposeScope();
        Tensor student = torch.tensor(new[,] { { huge, 0.0, -huge } }).requires_grad_();
        DistillationContext context = Some.Context(student, torch.tensor(new[,] { { -huge, huge, 0.0 } }), null);

        Tensor value = new SoftTargetLoss(4).Compute(context);
        value.backward();

        double.IsFinite(value.item<double>()).Should().BeTrue();
        student.grad!.isfinite().all().item<bool>().Should().BeTrue();
    }
}
