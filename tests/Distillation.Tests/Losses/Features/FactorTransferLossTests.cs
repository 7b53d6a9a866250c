using CsCheck;
using Distillation.Losses;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Losses.Features;

public sealed class FactorTransferLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Loss_is_zero_when_the_student_is_a_multiple_of_the_teacher() =>
        Gen.Select(Gen.Double[0.1, 10], Gen.Bool, Gen.Int[0, 1000]).ForAll((size, negative, seed) =>
        {
            using var scope = torch.NewDisposeScope();
            Tensor teacher = Map(2, 3, 4, seed);

            Value(new FactorTransferLoss("layer", "layer"), teacher * (negative ? -size : size), teacher).Should().BeLessThan(1e-14);
        });

    [Fact]
    public void Loss_does_not_depend_on_the_order_of_channels() =>
        Gen.Int[0, 1000].ForAll(seed =>
        {
            using var scope = torch.NewDisposeScope();
            (Tensor student, Tensor teacher) = (Map(2, 3, 4, seed), Map(2, 5, 4, seed + 1));
            var loss = new FactorTransferLoss("layer", "layer");

            Close.ShouldBe(Value(loss, student.flip(1), teacher.flip(1)), Value(loss, student, teacher), 1e-12);
        });

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    public void Powers_are_those_of_the_formula(int layerPower, int differencePower)
    {
        (Tensor student, Tensor teacher) = (Map(2, 3, 2, seed: 1), Map(2, 5, 2, seed: 2));
        double[,] ofStudent = Factors(student, layerPower);
        double[,] ofTeacher = Factors(teacher, layerPower);
        double expected = 0;
        for (int sample = 0; sample < 2; sample++)
        {
            for (int place = 0; place < 4; place++)
            {
                expected += Math.Pow(Math.Abs(ofStudent[sample, place] - ofTeacher[sample, place]), differencePower) / 8;
            }
        }

        double value = Value(new FactorTransferLoss("layer", "layer") { LayerPower = layerPower, DifferencePower = differencePower }, student, teacher);

        Close.ShouldBe(value, expected, 1e-9);
    }

    [Fact]
    public void Larger_map_is_averaged_down()
    {
        (Tensor small, Tensor teacher) = (Map(2, 3, 2, seed: 1), Map(2, 5, 2, seed: 2));
        Tensor large = small.repeat_interleave(2, 2).repeat_interleave(2, 3);
        var loss = new FactorTransferLoss("layer", "layer");

        Close.ShouldBe(Value(loss, large, teacher), Value(loss, small, teacher), 1e-12);
        Close.ShouldBe(Value(loss, teacher, large), Value(loss, teacher, small), 1e-12);
    }

    [Fact]
    public void Paraphraser_stands_between_the_teacher_and_the_loss()
    {
        (Tensor student, Tensor teacher) = (Map(2, 3, 2, seed: 1), Map(2, 5, 2, seed: 2));
        using Module<Tensor, Tensor> first = new FirstChannel();

        double value = Value(new FactorTransferLoss("layer", "layer", first), student, teacher);

        Close.ShouldBe(value, Value(new FactorTransferLoss("layer", "layer"), student, teacher.narrow(1, 0, 1)), 1e-12);
    }

    [Fact]
    public void Translator_leads_to_the_factors_of_the_paraphraser()
    {
        using var paraphraser = new Paraphraser(channels: 6, ratio: 0.5);
        var loss = new FactorTransferLoss("layer", "layer", paraphraser, new TranslatorConnector());

        loss.Prepare(Layers.Of(torch.zeros(2, 4, 8, 8), torch.zeros(2, 6, 8, 8)));

        ((Module<Tensor, Tensor>)loss.Module!).call(torch.zeros(2, 4, 8, 8)).shape.Should().Equal(2, 3, 8, 8);
    }

    [Fact]
    public void Paraphraser_stays_as_it_is_while_the_student_learns()
    {
        using Sequential teacher = Some.ConvNet(channels: 6, seed: 1);
        using Paraphraser paraphraser = new Paraphraser(channels: 6, normalize: true).to(torch.ScalarType.Float64);
        double[] before = [.. State(paraphraser)];
        var loss = new FactorTransferLoss("act", "act", paraphraser, new TranslatorConnector());

        TrainingResult result = new DistillationTrainer(
            Teacher.From(teacher),
            Student.From(Some.ConvNet(channels: 4, seed: 2)),
            loss,
            new TrainerOptions { Epochs = 30, Optimizer = new AdamOptimizer(0.01) }).Fit(Some.Images());

        result.History[^1].Loss.Should().BeLessThan(0.95 * result.History[0].Loss);
        State(paraphraser).Should().Equal(before);
        paraphraser.training.Should().BeTrue("it is the caller's, and was so");
        paraphraser.parameters().Should().AllSatisfy(parameter => (parameter.grad is null).Should().BeTrue());
    }

    [Fact]
    public void Powers_are_refused_when_they_are_not_positive()
    {
        Action[] makes = [() => _ = new FactorTransferLoss("a", "b") { LayerPower = 0 }, () => _ = new FactorTransferLoss("a", "b") { DifferencePower = 0 }];

        makes.Should().AllSatisfy(make => make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Power must be positive*"));
    }

    private static Tensor Map(long samples, long channels, long size, int seed) =>
        Some.Inputs(samples, channels * size * size, seed, torch.ScalarType.Float64).view(samples, channels, size, size);

    private static double Value(FactorTransferLoss loss, Tensor student, Tensor teacher) => loss.Compute(Layers.Of(student, teacher)).item<double>();

    private static IEnumerable<double> State(Module module) => module.state_dict().Values.SelectMany(Close.Numbers);

    // Samples × places, in plain numbers.
    private static double[,] Factors(Tensor map, int power)
    {
        (int samples, int channels, int places) = ((int)map.size(0), (int)map.size(1), (int)(map.size(2) * map.size(3)));
        double[] numbers = Close.Numbers(map);
        var factors = new double[samples, places];
        for (int sample = 0; sample < samples; sample++)
        {
            double square = 0;
            for (int place = 0; place < places; place++)
            {
                for (int channel = 0; channel < channels; channel++)
                {
                    factors[sample, place] += Math.Pow(numbers[(((sample * channels) + channel) * places) + place], power) / channels;
                }

                square += factors[sample, place] * factors[sample, place];
            }

            for (int place = 0; place < places; place++)
            {
                factors[sample, place] /= Math.Sqrt(square);
            }
        }

        return factors;
    }

    private sealed class FirstChannel() : Module<Tensor, Tensor>(nameof(FirstChannel))
    {
        public override Tensor forward(Tensor input) => input.narrow(1, 0, 1);
    }
}
