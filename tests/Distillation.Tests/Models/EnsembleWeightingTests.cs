using Distillation.Losses;
using Distillation.Models;

namespace Distillation.Tests.Models;

/// <summary>Weights of an ensemble's members for each sample, against plain arithmetic.</summary>
public sealed class EnsembleWeightingTests : IDisposable
{
    private const int Members = 3;
    private const int Classes = 4;
    private const int Samples = 6;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Tensor[] _logits =
        [.. Enumerable.Range(0, Members).Select(seed => Some.Inputs(Samples, Classes, seed, torch.ScalarType.Float64) * 3)];

    private readonly Batch _batch = Some.Batch(Samples, classes: Classes, dtype: torch.ScalarType.Float64);

    public static TheoryData<EnsembleWeighting, double> Cases => new()
    {
        { EnsembleWeighting.Fixed, 4 },
        { EnsembleWeighting.Entropy, 1 },
        { EnsembleWeighting.Entropy, 4 },
        { EnsembleWeighting.Labels, 1 },
        { EnsembleWeighting.Labels, 4 },
    };

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Divergence_has_the_gradient_of_the_weighted_mean_over_the_teachers(EnsembleWeighting weighting, double temperature)
    {
        using EnsembleTeacher teacher = Ensemble(_logits, weighting, temperature);
        Tensor student = Some.Inputs(Samples, Classes, 9, torch.ScalarType.Float64).requires_grad_();
        ModelOutput output = teacher.Predict(_batch, FeatureSet.None);

        new SoftTargetLoss(temperature).Compute(new DistillationContext(new ModelOutput(student), output, _batch, default)).backward();

        double[,] weights = Weights(weighting);
        double[] expected = new double[Samples * Classes];
        for (int sample = 0; sample < Samples; sample++)
        {
            double[] own = Softmax(Row(student, sample), temperature);
            for (int member = 0; member < Members; member++)
            {
                double[] theirs = Softmax(Row(_logits[member], sample), temperature);
                for (int c = 0; c < Classes; c++)
                {
                    expected[(sample * Classes) + c] += weights[member, sample] * temperature * (own[c] - theirs[c]) / Samples;
                }
            }
        }

        Close.ShouldBe(Close.Numbers(student.grad!), expected, 1e-12);
    }

    [Theory]
    [InlineData(EnsembleWeighting.Entropy)]
    [InlineData(EnsembleWeighting.Labels)]
    public void Mean_of_logits_is_weighted_by_the_sample(EnsembleWeighting weighting)
    {
        using var teacher = new EnsembleTeacher([.. _logits.Select(Fixed)], weights: null, EnsembleMean.Logits) { Weighting = weighting };

        double[] actual = Close.Numbers(teacher.Predict(_batch, FeatureSet.None).Logits);

        double[,] weights = Weights(weighting);
        Close.ShouldBe(
            actual,
            [.. Enumerable.Range(0, Samples * Classes).Select(
                i => Enumerable.Range(0, Members).Sum(member => weights[member, i / Classes] * Close.Numbers(_logits[member])[i]))],
            1e-12);
    }

    [Theory]
    [InlineData(EnsembleWeighting.Entropy)]
    [InlineData(EnsembleWeighting.Labels)]
    public void Places_of_sequences_and_maps_have_the_weights_of_samples(EnsembleWeighting weighting)
    {
        using EnsembleTeacher rows = Ensemble(_logits, weighting, 2);
        using EnsembleTeacher sequences = Ensemble([.. _logits.Select(one => one.view(2, 3, Classes))], weighting, 2);
        using EnsembleTeacher maps = Ensemble([.. _logits.Select(one => one.view(2, 3, 1, Classes).permute(0, 3, 1, 2))], weighting, 2);
        double[] expected = Close.Numbers(rows.Predict(_batch, FeatureSet.None).Logits);

        Tensor sequence = sequences.Predict(Labeled(_batch.Labels!.view(2, 3)), FeatureSet.None).Logits;
        Tensor map = maps.Predict(Labeled(_batch.Labels!.view(2, 3, 1)), FeatureSet.None).Logits;

        Close.Numbers(sequence).Should().Equal(expected);
        Close.Numbers(map.permute(0, 2, 3, 1)).Should().Equal(expected);
    }

    [Fact]
    public void Members_weigh_the_same_where_the_label_is_ignored()
    {
        using EnsembleTeacher weighted = Ensemble(_logits, EnsembleWeighting.Labels, 1);
        using EnsembleTeacher plain = Ensemble(_logits, EnsembleWeighting.Fixed, 1);
        Batch ignored = Labeled(torch.full([Samples], -100, torch.ScalarType.Int64));

        Close.ShouldBe(
            Close.Numbers(weighted.Predict(ignored, FeatureSet.None).Logits), Close.Numbers(plain.Predict(ignored, FeatureSet.None).Logits), 1e-12);
    }

    [Theory]
    [InlineData(EnsembleWeighting.Entropy)]
    [InlineData(EnsembleWeighting.Labels)]
    public void Outputs_are_finite_where_all_members_are_sure(EnsembleWeighting weighting)
    {
        foreach (torch.ScalarType type in new[] { torch.ScalarType.Float32, torch.ScalarType.BFloat16, torch.ScalarType.Float16 })
        {
            Tensor sure = torch.tensor(new float[,] { { 900, 0, 0, float.NegativeInfinity } }).to(type);
            Tensor wrong = torch.tensor(new float[,] { { 0, 900, 0, float.NegativeInfinity } }).to(type);
            using EnsembleTeacher teacher = Ensemble([sure, wrong], weighting, 1);
            Batch batch = Labeled(torch.zeros([1], torch.ScalarType.Int64));

            ModelOutput output = teacher.Predict(batch, FeatureSet.None);

            output.Logits.dtype.Should().Be(type);
            double[] probabilities = Close.Numbers(output.Logits.to(torch.ScalarType.Float64).softmax(1));
            probabilities.Should().OnlyContain(number => double.IsFinite(number));
            probabilities[0].Should().BeApproximately(weighting == EnsembleWeighting.Labels ? 1 : 0.5, 0.01);
        }
    }

    [Fact]
    public void Labels_are_required_when_the_batch_has_none_or_others()
    {
        using EnsembleTeacher teacher = Ensemble(_logits, EnsembleWeighting.Labels, 1);

        Action none = () => teacher.Predict(new Batch(_batch.Inputs, null, _batch.Indices), FeatureSet.None);
        Action probabilities = () => teacher.Predict(Labeled(torch.ones(Samples, Classes)), FeatureSet.None);

        none.Should().Throw<InvalidOperationException>().WithMessage("*Labels reads class ids [6], but the batch has no labels*Entropy*");
        probabilities.Should().Throw<InvalidOperationException>().WithMessage("*[6]*but the batch has [6, 4] Float32*");
    }

    [Fact]
    public void Settings_that_would_do_nothing_are_refused()
    {
        Action one = () => _ = new EnsembleTeacher(Fixed(_logits[0])) { Weighting = EnsembleWeighting.Entropy };
        Action logits = () => _ = new EnsembleTeacher([Fixed(_logits[0])], null, EnsembleMean.Logits) { Temperature = 2 };
        Action zero = () => _ = new EnsembleTeacher(Fixed(_logits[0])) { Temperature = 0 };

        one.Should().Throw<ArgumentException>().WithMessage("Weighting Entropy*has one*");
        logits.Should().Throw<ArgumentException>().WithMessage("Temperature is 2*mean of logits*");
        zero.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*positive*");
    }

    [Fact]
    public void Fingerprint_depends_on_weighting_and_temperature()
    {
        using ITeacher first = Teacher.From(Some.Mlp());
        using ITeacher second = Teacher.From(Some.Mlp(seed: 5));

        string?[] fingerprints =
        [
            new EnsembleTeacher(first, second).Fingerprint(),
            new EnsembleTeacher(first, second) { Temperature = 2 }.Fingerprint(),
            new EnsembleTeacher(first, second) { Weighting = EnsembleWeighting.Labels }.Fingerprint(),
            new EnsembleTeacher(first, second) { Weighting = EnsembleWeighting.Entropy }.Fingerprint(),
        ];

        fingerprints.Should().OnlyHaveUniqueItems().And.NotContainNulls();
    }

    [Theory]
    [InlineData(EnsembleWeighting.Entropy)]
    [InlineData(EnsembleWeighting.Labels)]
    public void No_tensor_is_left(EnsembleWeighting weighting)
    {
        using EnsembleTeacher teacher = Ensemble(_logits, weighting, 3);

        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            teacher.Predict(_batch, FeatureSet.None);
        });
    }

    private static EnsembleTeacher Ensemble(Tensor[] logits, EnsembleWeighting weighting, double temperature) =>
        new([.. logits.Select(Fixed)]) { Weighting = weighting, Temperature = temperature };

    private static ITeacher Fixed(Tensor logits) => Teacher.From(_ => logits.clone());

    private static double[] Row(Tensor logits, int row) => Close.Numbers(logits)[(row * Classes)..((row + 1) * Classes)];

    private static double[] Softmax(double[] row, double temperature = 1)
    {
        double sum = row.Sum(number => Math.Exp(number / temperature));
        return [.. row.Select(number => Math.Exp(number / temperature) / sum)];
    }

    private Batch Labeled(Tensor labels) =>
        new(_batch.Inputs.narrow(0, 0, labels.size(0)), labels, _batch.Indices.narrow(0, 0, labels.size(0)));

    private double[,] Weights(EnsembleWeighting weighting)
    {
        long[] labels = _batch.Labels!.data<long>().ToArray();
        double[,] weights = new double[Members, Samples];
        for (int sample = 0; sample < Samples; sample++)
        {
            double[][] rows = [.. _logits.Select(member => Softmax(Row(member, sample)))];
            double[] costs = weighting switch
            {
                EnsembleWeighting.Entropy => [.. rows.Select(row => -row.Sum(p => p * Math.Log(p)))],
                EnsembleWeighting.Labels => [.. rows.Select(row => 1 / row[labels[sample]])], // The exponential of the cross entropy.
                _ => [1, 1, 1],
            };
            for (int member = 0; member < Members; member++)
            {
                // Shares sum to 1, so that what is left of each sums to the number of members less one.
                weights[member, sample] = (1 - (costs[member] / costs.Sum())) / (Members - 1);
            }
        }

        return weights;
    }
}
