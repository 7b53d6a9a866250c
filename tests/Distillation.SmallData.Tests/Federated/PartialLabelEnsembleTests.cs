using Distillation.Caching;
using Distillation.Models;

namespace Distillation.SmallData.Tests;

public sealed class PartialLabelEnsembleTests : IDisposable
{
    private static readonly double[] First = [1, 2, -1, 0.5];
    private static readonly double[] Second = [-2, 0.5, 1, 3];
    private static readonly double[] Third = [0.25, -1, 4, 1];

    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Members_that_see_the_same_through_their_own_classes_have_that_as_their_ensemble()
    {
        double[] truth = [0.4, 0.3, 0.2, 0.1];
        PartialLabelMember[] members =
            [Seen(truth, (0, 10), (1, 90)), Seen(truth, (1, 20), (2, 20), (3, 60)), Seen(truth, (3, 50), (0, 25)), Seen(truth, (2, 1), (0, 1))];
        using var teacher = new PartialLabelEnsemble(members);

        double[] probabilities = [.. Predict(teacher).Select(Math.Exp)];

        probabilities.Should().Equal(truth, (actual, wanted) => Math.Abs(actual - wanted) < 0.03, "each output is the truth times the member's class shares");
    }

    [Fact]
    public void Member_counts_for_a_class_by_its_samples_of_that_class()
    {
        // Both see both classes and contradict each other; one has nearly all samples of class 0.
        var expert = new PartialLabelMember(Fixed([2, 0]), new Dictionary<long, long> { [0] = 99, [1] = 1 });
        var other = new PartialLabelMember(Fixed([0, 2]), new Dictionary<long, long> { [0] = 1, [1] = 99 });
        var even = new PartialLabelMember(Fixed([0, 0]), new Dictionary<long, long> { [0] = 50, [1] = 50 });
        using var teacher = new PartialLabelEnsemble(expert, even);
        using var both = new PartialLabelEnsemble(expert, other);

        double prior = Math.Exp(Close.Numbers(teacher.Predict(Some.Batch(samples: 1), FeatureSet.None).Logits)[0]);
        double symmetric = Math.Exp(Close.Numbers(both.Predict(Some.Batch(samples: 1), FeatureSet.None).Logits)[0]);

        prior.Should().BeLessThan(0.5, "0.88 is less than the 0.99 that the shares of the expert alone make of an even sample");
        symmetric.Should().BeApproximately(0.5, 1e-9);
    }

    [Fact]
    public void Members_predict_full_batches_when_a_cache_is_filled_and_they_accept_repeated_samples()
    {
        var sizes = new List<long>();
        using var ensemble = new PartialLabelEnsemble(new PartialLabelMember(new Counting(sizes), [0, 1, 2]));
        using var cached = new CachedTeacher(ensemble, 20);

        cached.Fill(Some.Data(20), 8);

        sizes.Should().Equal(8, 8, 8);
    }

    [Fact]
    public void Class_that_nobody_has_seen_is_never_predicted_and_has_a_finite_logit()
    {
        using var teacher = new PartialLabelEnsemble(Member(First, [0, 1], 1), Member(Second, [3], 0));

        double[] logits = Predict(teacher);

        logits.Should().OnlyContain(logit => double.IsFinite(logit));
        logits[2..].Should().OnlyContain(logit => logit < -700, "in float64 the floor is at about -708");
        teacher.Classes.Should().Equal(0, 1);
    }

    [Fact]
    public void Members_that_have_seen_all_are_an_ensemble()
    {
        long[] all = [0, 1, 2, 3];
        using var coverage = new PartialLabelEnsemble(Member(First, all, 1), Member(Second, all, 3));
        using var ensemble = new EnsembleTeacher([Fixed(First), Fixed(Second)], [1, 3]);

        Close.ShouldBe(Predict(coverage), Predict(ensemble), 1e-12);
    }

    [Theory]
    [InlineData(torch.ScalarType.Float32)]
    [InlineData(torch.ScalarType.BFloat16)]
    public void Members_that_are_sure_of_what_they_have_not_seen_leave_finite_logits(torch.ScalarType type)
    {
        ITeacher sure = Teacher.From(_ => torch.tensor(new[,] { { 1e4, 0.0 } }).to(type));
        using var teacher = new PartialLabelEnsemble(new PartialLabelMember(sure, [1]));

        Tensor logits = teacher.Predict(Some.Batch(samples: 1), FeatureSet.None).Logits;

        logits.dtype.Should().Be(type);
        Close.Numbers(logits).Should().OnlyContain(logit => double.IsFinite(logit));
    }

    [Fact]
    public void Members_of_different_classes_are_named()
    {
        using var teacher = new PartialLabelEnsemble(Member(First, [0], 1), Member([1, 2, 3], [0], 1));

        FluentActions.Invoking(() => Predict(teacher)).Should().Throw<InvalidOperationException>().WithMessage("*?2, 4?*number 1*?2, 3?*");
    }

    [Fact]
    public void Member_that_has_seen_a_class_without_a_logit_is_named()
    {
        using var teacher = new PartialLabelEnsemble(Member(First, [0], 1), Member(Second, [1, 4], 1));

        FluentActions.Invoking(() => Predict(teacher)).Should().Throw<InvalidOperationException>().WithMessage("Member 1 has seen class 4*?2, 4?*");
    }

    [Fact]
    public void Members_that_do_not_fit_are_refused()
    {
        FluentActions.Invoking(() => new PartialLabelEnsemble([])).Should().Throw<ArgumentException>().WithMessage("*at least one member*");
        FluentActions.Invoking(() => new PartialLabelEnsemble(Member(First, [0], 0))).Should().Throw<ArgumentException>().WithMessage("*not all be zero*");
        FluentActions.Invoking(() => Member(First, [], 1)).Should().Throw<ArgumentException>().WithMessage("*at least one class*");
        FluentActions.Invoking(() => Member(First, [2, -1], 1)).Should().Throw<ArgumentException>().WithMessage("*not negative*");
        FluentActions.Invoking(() => Member(First, [0], -1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Inner_layers_are_refused()
    {
        using var teacher = new PartialLabelEnsemble(Member(First, [0], 1));

        FluentActions.Invoking(() => teacher.Predict(Some.Batch(), FeatureSet.Of("act"))).Should().Throw<ArgumentException>().WithMessage("*no inner layers*");
    }

    [Fact]
    public void No_tensor_is_left()
    {
        using var teacher = new PartialLabelEnsemble(
            new PartialLabelMember(Teacher.From(Some.Mlp()), [0, 1]), new PartialLabelMember(Teacher.From(Some.Mlp(seed: 5)), [1, 2]));
        Batch batch = Some.Batch();

        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            teacher.Predict(batch, FeatureSet.None);
        });
    }

    private static PartialLabelMember Member(double[] logits, long[] classes, double weight) => new(Fixed(logits), classes, weight);

    // Outputs the truth times the class shares, which is what a model of such samples has learned.
    private static PartialLabelMember Seen(double[] truth, params (int Id, long Count)[] counts)
    {
        var logits = Enumerable.Repeat(-30.0, truth.Length).ToArray();
        foreach ((int id, long count) in counts)
        {
            logits[id] = Math.Log(truth[id] * count);
        }

        return new(Fixed(logits), counts.ToDictionary(pair => (long)pair.Id, pair => pair.Count));
    }

    private static ITeacher Fixed(double[] logits) => Teacher.From(inputs => torch.tensor(logits).expand(inputs.size(0), -1));

    private static double[] Predict(ITeacher teacher) => Close.Numbers(teacher.Predict(Some.Batch(samples: 2), FeatureSet.None).Logits)[..4];

    private static double[] Softmax(double[] logits) => [.. logits.Select(logit => Math.Exp(logit) / logits.Sum(Math.Exp))];

    private sealed class Counting(List<long> sizes) : ITeacher
    {
        public bool AcceptsRepeatedSamples => true;

        public ModelOutput Predict(Batch batch, FeatureSet features)
        {
            sizes.Add(batch.Count);
            return new(batch.Inputs[torch.TensorIndex.Colon, torch.TensorIndex.Slice(0, 3)]);
        }
    }
}
