namespace Distillation.SmallData.Tests;

public sealed class ComposeTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Second_works_on_what_the_first_made_and_labels_are_the_firsts()
    {
        using var originals = new LabeledSamples(new TensorData(torch.tensor(new[,] { { 0f }, { 1f } }), torch.tensor([0L, 1])));
        IDataSource source = originals.Generate(new Mixup().Then(new Plus(3)).Then(new Plus(4)), 50);

        Batch batch = source.Read(torch.arange(50, torch.ScalarType.Int64));

        Close.ShouldBe(Close.Numbers(batch.Inputs - 7), Close.Numbers(batch.Labels!.slice(1, 1, 2, 1)), 1e-5);
    }

    [Fact]
    public void What_the_first_holds_is_not_changed()
    {
        Tensor held = torch.zeros(3, 1);
        using var originals = new LabeledSamples(new TensorData(torch.zeros(3, 1)));

        Tensor made = originals.Generate(new Holding(held).Then(new GaussianNoise()), 3).Read(torch.arange(3, torch.ScalarType.Int64)).Inputs;

        made.Should().NotBeSameAs(held);
        Close.Numbers(held).Should().OnlyContain(value => value == 0);
    }

    [Fact]
    public void Noise_after_a_mixture_has_nothing_in_common_with_noise_in_it()
    {
        using var originals = new LabeledSamples(new TensorData(torch.tensor(new[,] { { -1.0 }, { 1 } }, torch.ScalarType.Float64)));
        double[] Noise(ISampleGenerator generator) =>
            [
                .. Close.Numbers(originals.Generate(generator, 4000).Read(torch.arange(4000, torch.ScalarType.Int64)).Inputs)
                    .Select((value, number) => value - (number % 2 == 0 ? -1 : 1)),
            ];

        // The variances of independent noise add up; the same noise twice would have four times the variance.
        Noise(new RandomChoice(new GaussianNoise(1)).Then(new GaussianNoise(1))).Average(value => value * value).Should().BeApproximately(2, 0.2);
    }

    private sealed class Plus(double much) : SampleTransform
    {
        protected internal override Tensor Transform(Tensor inputs, LabeledSamples originals, SampleRandom random) => inputs.add_(much);
    }

    private sealed class Holding(Tensor held) : ISampleGenerator
    {
        public GeneratedSamples Generate(LabeledSamples originals, Tensor parents, SampleRandom random) => new(held, parents);
    }
}
