namespace Distillation.SmallData.Tests;

public sealed class SharingRiskTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Advantage_is_the_difference_of_the_shares_below_the_mean_loss()
    {
        // The loss of label 0 with logits (x, 0) is log(1 + e^−x): it falls with x.
        ITeacher model = Teacher.From(inputs => torch.cat([inputs, torch.zeros_like(inputs)], 1));

        MembershipAdvantage measured = MembershipAdvantage.Measure(model, Column(5, 5, 5, -1), Column(6, -2, -3, -4));

        measured.TruePositiveRate.Should().Be(0.75);
        measured.FalsePositiveRate.Should().Be(0.25);
        measured.Advantage.Should().Be(0.5);
        measured.Threshold.Should().BeApproximately(((3 * Math.Log(1 + Math.Exp(-5))) + Math.Log(1 + Math.E)) / 4, 1e-6);
        measured.Describe().Should().Contain("membership advantage 0.5: 75 % of the training samples and 25 %");
    }

    [Fact]
    public void Copies_with_a_little_noise_are_surrogates_and_other_samples_are_not()
    {
        using TensorData originals = SmallProblem.Heaps(100, [0, 1, 2, 3]);
        using TensorData others = SmallProblem.Heaps(200, [0, 1, 2, 3], seed: 30);
        using TensorData heldOut = SmallProblem.Heaps(400, [0, 1, 2, 3], seed: 60);
        using TensorData copies = TensorData.Owning(originals.Inputs + 1e-4, null);

        SurrogateDistance near = SurrogateDistance.Measure(copies, originals, heldOut);
        SurrogateDistance far = SurrogateDistance.Measure(others, originals, heldOut);

        near.ShareOfSurrogates.Should().Be(1);
        near.Shared.Should().BeApproximately(Math.Sqrt(2) * 1e-4, 1e-6);
        far.ShareOfSurrogates.Should().BeInRange(0, 0.12);
        far.Shared.Should().BeInRange(0.5 * far.HeldOut, 2 * far.HeldOut);
    }

    [Fact]
    public void Samples_of_another_shape_are_refused() =>
        FluentActions.Invoking(() => SurrogateDistance.Measure(Column(1), SmallProblem.Heaps(3, [0]), Column(1)))
            .Should().Throw<ArgumentException>().WithMessage("*2 values of the originals*1*").WithParameterName("shared");

    private static TensorData Column(params float[] values) =>
        new(torch.tensor(values).unsqueeze(1), torch.zeros(values.Length, torch.ScalarType.Int64));
}
