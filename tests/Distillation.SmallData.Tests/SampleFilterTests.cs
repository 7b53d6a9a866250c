using Distillation.Models;

namespace Distillation.SmallData.Tests;

public sealed class SampleFilterTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Default_keeps_all_with_the_labels_that_a_view_would_give()
    {
        using var originals = new LabeledSamples(Some.Data(samples: 20));
        IDataSource made = originals.Generate(new GaussianNoise(), count: 50, seed: 4);
        ITeacher teacher = Teacher.From(inputs => inputs.narrow(1, 0, 3));
        var labeling = new LabelingOptions { KnownShare = 0.25, Temperature = 2 };

        using KeptSamples kept = made.LabelAndKeep(teacher, new SampleFilter(), labeling, batchSize: 7);

        using TensorData view = made.LabeledBy(teacher, labeling).InMemory();
        Close.Numbers(kept.Samples.Inputs).Should().Equal(Close.Numbers(view.Inputs));
        Close.ShouldBe(Close.Numbers(kept.Samples.Labels!), Close.Numbers(view.Labels!), 1e-6);
        kept.Report.Describe().Should().Be("Kept 50 of 50 samples.");
    }

    [Fact]
    public void Samples_below_the_least_confidence_are_dropped()
    {
        using KeptSamples kept = Pool([0.5, 0.3, 0.2], [0.2, 0.75, 0.05], [0.4, 0.2, 0.4], [0.1, 0.1, 0.8]).Keep(new SampleFilter { MinConfidence = 0.75 });

        kept.Numbers.Should().Equal(1, 3);
        kept.Report.Should().Be(new FilterReport { Samples = 4, BelowConfidence = 2, BelowMargin = 0, BelowAgreement = 0, AgainstKnown = 0, Surplus = 0 });
        Close.ShouldBe(Close.Numbers(kept.Samples.Labels!), [0.2, 0.75, 0.05, 0.1, 0.1, 0.8], 1e-12);
        Close.Numbers(kept.Samples.Inputs).Should().Equal(1, 3);
    }

    [Fact]
    public void Samples_whose_second_class_comes_near_are_dropped()
    {
        using KeptSamples kept = Pool([0.5, 0.5, 0], [0.5, 0.25, 0.25], [0.1, 0.3, 0.6]).Keep(new SampleFilter { MinMargin = 0.25 });

        kept.Numbers.Should().Equal(1, 2);
        kept.Report.BelowMargin.Should().Be(1);
    }

    [Fact]
    public void Only_class_there_is_stands_alone()
    {
        using KeptSamples kept = Pool([1], [0.5]).Keep(new SampleFilter { MinMargin = 0.75 });

        kept.Numbers.Should().Equal(0);
    }

    [Theory]
    [InlineData(0.5, new long[] { 0, 1 })]
    [InlineData(2.0 / 3, new long[] { 0, 1 })]
    [InlineData(1, new long[] { 0 })]
    public void Share_of_the_members_that_agree_must_be_large_enough(double least, long[] expected)
    {
        // Of sample 2 the mean of three says class 2, and one member with it.
        ITeacher[] members =
        [
            Says([0.8, 0.1, 0.1], [0.7, 0.2, 0.1], [0.5, 0, 0.5]),
            Says([0.9, 0.1, 0], [0.6, 0.3, 0.1], [0.1, 0.5, 0.4]),
            Says([0.5, 0.3, 0.2], [0.4, 0.6, 0], [0, 0.4, 0.6]),
        ];
        using var teacher = new ScaledTeacher(new Renamed(new EnsembleTeacher(members)), 1);

        using KeptSamples kept = Numbered(3).LabelAndKeep(teacher, new SampleFilter { MinAgreement = least });

        kept.Numbers.Should().Equal(expected);
        kept.Report.BelowAgreement.Should().Be(3 - expected.Length);
    }

    [Fact]
    public void Members_that_cannot_know_a_class_are_not_counted()
    {
        using var teacher = new PartialLabelEnsemble(
            new PartialLabelMember(Says([0.9, 0.1, 0], [0.6, 0.4, 0]), [0, 1]),
            new PartialLabelMember(Says([0.8, 0.2, 0], [0.1, 0.9, 0]), [0, 1]),
            new PartialLabelMember(Says([0, 0.2, 0.8], [0, 0.9, 0.1]), [1, 2]),
            new PartialLabelMember(Says([0.1, 0.8, 0.1], [0.1, 0.8, 0.1]), [0, 1, 2], weight: 0));

        using KeptSamples kept = Numbered(2).LabelAndKeep(teacher, new SampleFilter { MinAgreement = 1 });

        kept.Numbers.Should().Equal([0], "of three members that know class 1 one holds another likeliest for sample 1");
    }

    [Fact]
    public void Agreement_of_a_single_teacher_is_refused()
    {
        Action keep = () => Numbered(1).LabelAndKeep(new ScaledTeacher(Says([0.5, 0.5]), 1), new SampleFilter { MinAgreement = 0.5 });

        keep.Should().Throw<ArgumentException>().WithMessage("MinAgreement is 0.5, but the teacher, of type ScaledTeacher, is not several*EnsembleTeacher*")
            .WithParameterName("teacher");
    }

    [Fact]
    public void Samples_must_match_what_is_known_of_them()
    {
        // The class of the larger share, the other one, one of two with the same share, and nothing known.
        var data = new TensorData(torch.arange(4).unsqueeze(1), torch.tensor(new double[,] { { 0.6, 0.4 }, { 0.4, 0.6 }, { 0.5, 0.5 }, { 0, 0 } }));
        ITeacher teacher = Says([0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.9, 0.1]);

        using KeptSamples kept = data.LabelAndKeep(teacher, new SampleFilter { MustMatchKnown = true });

        kept.Numbers.Should().Equal(0, 2, 3);
        kept.Report.AgainstKnown.Should().Be(1);
    }

    [Fact]
    public void Known_class_ids_are_compared_too()
    {
        using KeptSamples kept = Numbered(2, 1, 0).LabelAndKeep(Says([0.1, 0.9], [0.1, 0.9]), new SampleFilter { MustMatchKnown = true });

        kept.Numbers.Should().Equal(0);
    }

    [Fact]
    public void Largest_class_is_cut_to_the_smallest_that_occurs_and_the_least_confident_go()
    {
        TensorData pool = Pool([0.9, 0.1, 0], [0.2, 0.8, 0], [0.6, 0.4, 0], [0.7, 0.3, 0], [0.45, 0.55, 0], [0.7, 0.3, 0]);

        using KeptSamples even = pool.Keep(new SampleFilter { LargestClassRatio = 1 });
        using KeptSamples oneAndAHalf = pool.Keep(new SampleFilter { LargestClassRatio = 1.5 });

        even.Numbers.Should().Equal([0, 1, 3, 4], "two of each class, and of the equally confident 3 and 5 the first");
        even.Report.Surplus.Should().Be(2);
        oneAndAHalf.Numbers.Should().Equal(0, 1, 3, 4, 5);
    }

    [Fact]
    public void Dropped_samples_are_counted_by_the_first_condition_they_miss()
    {
        using KeptSamples kept = Numbered(5, 0, 1, 0, 1, 0).LabelAndKeep(
            Says([0.51, 0.49], [0.6, 0.4], [0.8, 0.2], [0.8, 0.2], [0.9, 0.1]),
            new SampleFilter { MinConfidence = 0.55, MinMargin = 0.5, MustMatchKnown = true, LargestClassRatio = 1 });

        kept.Report.Should().Be(new FilterReport { Samples = 5, BelowConfidence = 1, BelowMargin = 1, BelowAgreement = 0, AgainstKnown = 1, Surplus = 0 });
        kept.Report.Describe().Should().Be("Kept 2 of 5 samples; dropped 1 below the least confidence, 1 below the least margin, 1 against their known label.");
    }

    [Fact]
    public void Samples_are_judged_by_the_teacher_alone_and_learned_from_with_known_labels()
    {
        using KeptSamples kept = Numbered(2, 1, 0)
            .LabelAndKeep(Says([0.1, 0.9], [0.4, 0.6]), new SampleFilter { MinConfidence = 0.8 }, new LabelingOptions { KnownShare = 0.5 });

        kept.Numbers.Should().Equal(0);
        Close.ShouldBe(Close.Numbers(kept.Samples.Labels!), [0.05, 0.95], 1e-6);
    }

    [Fact]
    public void Filter_that_leaves_nothing_is_named_with_the_largest_value_there_was()
    {
        TensorData pool = Pool([0.75, 0.25], [0.5, 0.5]);

        FluentActions.Invoking(() => pool.Keep(new SampleFilter { MinConfidence = 0.6, MinMargin = 0.9 }))
            .Should().Throw<InvalidOperationException>().WithMessage("No sample is left: MinMargin is 0.9, but the largest value of 1 samples is 0.5.");
        FluentActions.Invoking(() => Numbered(2, 1, 1).LabelAndKeep(Says([0.9, 0.1], [0.9, 0.1]), new SampleFilter { MustMatchKnown = true }))
            .Should().Throw<InvalidOperationException>()
            .WithMessage("No sample is left: MustMatchKnown is set, and the known labels of all 2 samples are of another class.");
    }

    [Fact]
    public void Labels_alone_must_be_probabilities_and_have_no_agreement()
    {
        FluentActions.Invoking(() => Numbered(2, 0, 1).Keep(new SampleFilter()))
            .Should().Throw<ArgumentException>().WithMessage("*but their labels are ?2? Int64*");
        FluentActions.Invoking(() => Numbered(2).Keep(new SampleFilter())).Should().Throw<ArgumentException>().WithMessage("*but their labels are none*");
        FluentActions.Invoking(() => Pool([1, 0]).Keep(new SampleFilter { MinAgreement = 0.1 }))
            .Should().Throw<ArgumentException>().WithMessage("*LabelAndKeep*");
        FluentActions.Invoking(() => Pool([1, 0]).Keep(new SampleFilter { MustMatchKnown = true }))
            .Should().Throw<ArgumentException>().WithMessage("*LabelAndKeep*");
    }

    [Fact]
    public void Values_out_of_range_are_refused()
    {
        FluentActions.Invoking(() => new SampleFilter { MinConfidence = 1.01 })
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("MinConfidence must be in*");
        FluentActions.Invoking(() => new SampleFilter { MinMargin = -0.1 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new SampleFilter { MinAgreement = double.NaN }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new SampleFilter { LargestClassRatio = 0.9 })
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("LargestClassRatio must be in*");
    }

    [Fact]
    public void No_tensor_is_left_whether_samples_are_or_not()
    {
        IDataSource data = Numbered(3, 0, 1, 0);
        using var teacher = new EnsembleTeacher(Says([0.9, 0.1], [0.6, 0.4], [0.1, 0.9]), Says([0.8, 0.2], [0.6, 0.4], [0.1, 0.9]));
        var filter = new SampleFilter { MinConfidence = 0.5, MinAgreement = 1, MustMatchKnown = true, LargestClassRatio = 2 };

        Leak.None(() =>
        {
            data.LabelAndKeep(teacher, filter).Dispose();
            FluentActions.Invoking(() => data.LabelAndKeep(teacher, filter with { MinConfidence = 1 })).Should().Throw<InvalidOperationException>();
        });
    }

    /// <summary>Samples whose input is their number, with the given probabilities as labels.</summary>
    private static TensorData Pool(params double[][] rows) => new(torch.arange(rows.Length, torch.ScalarType.Float64).unsqueeze(1), Table(rows));

    private static TensorData Numbered(long samples, params long[] labels) =>
        new(torch.arange(samples, torch.ScalarType.Float64).unsqueeze(1), labels.Length == 0 ? null : torch.tensor(labels));

    /// <summary>A teacher that gives sample number i the i-th row.</summary>
    private static ITeacher Says(params double[][] rows)
    {
        Tensor table = Table(rows).log();
        return Teacher.From(inputs => table.index_select(0, inputs.squeeze(1).to(torch.ScalarType.Int64)));
    }

    private static Tensor Table(double[][] rows) => torch.tensor([.. rows.SelectMany(row => row)], [rows.Length, rows[0].Length]);

    private sealed class Renamed(ITeacher inner) : DelegatingTeacher(inner);
}
