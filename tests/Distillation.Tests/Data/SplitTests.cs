using CsCheck;
using Distillation.Data;

namespace Distillation.Tests.Data;

public sealed class SplitTests
{
    private static readonly Gen<long[]> Labels = Gen.Long[0, 4].Array[5, 200];

    [Fact]
    public void Split_loses_no_sample_and_takes_none_twice() =>
        Gen.Select(Labels, Gen.Double[0.01, 0.99], Gen.Int).ForAll((labels, share, seed) =>
        {
            Fold fold = Split.Stratified(labels, share, seed);
            fold.Train.Concat(fold.HeldOut).Order().Should().Equal(Numbers(labels.Length));
        });

    [Fact]
    public void Split_keeps_the_share_of_every_class() =>
        Gen.Select(Labels, Gen.Double[0.01, 0.99], Gen.Int).ForAll((labels, share, seed) =>
        {
            Fold fold = Split.Stratified(labels, share, seed);
            foreach (IGrouping<long, long> members in labels.GroupBy(label => label))
            {
                fold.Train.Count(number => labels[number] == members.Key).Should().BeCloseTo((int)(members.Count() * share), 1);
            }
        });

    [Fact]
    public void Folds_hold_out_every_sample_once() =>
        Gen.Select(Labels, Gen.Int[2, 5], Gen.Int).ForAll((labels, folds, seed) =>
        {
            IReadOnlyList<Fold> cuts = Split.StratifiedInFolds(labels, folds, seed);
            cuts.Should().HaveCount(folds);
            cuts.SelectMany(fold => fold.HeldOut).Order().Should().Equal(Numbers(labels.Length));
            cuts.Should().AllSatisfy(fold => fold.Train.Concat(fold.HeldOut).Order().Should().Equal(Numbers(labels.Length)));
        });

    [Fact]
    public void Folds_differ_by_one_sample_at_most_in_size_and_in_each_class() =>
        Gen.Select(Labels, Gen.Int[2, 5], Gen.Int).ForAll((labels, folds, seed) =>
        {
            IReadOnlyList<Fold> cuts = Split.StratifiedInFolds(labels, folds, seed);
            Spread(cuts.Select(fold => fold.HeldOut.Count)).Should().BeLessThanOrEqualTo(1);
            foreach (long label in labels.Distinct())
            {
                Spread(cuts.Select(fold => fold.HeldOut.Count(number => labels[number] == label))).Should().BeLessThanOrEqualTo(1);
            }
        });

    [Fact]
    public void Same_seed_gives_the_same_cut() =>
        Split.Random(100, 0.5, 3).Train.Should().Equal(Split.Random(100, 0.5, 3).Train);

    [Fact]
    public void Other_seed_gives_another_cut() =>
        Split.Random(100, 0.5, 3).Train.Should().NotEqual(Split.Random(100, 0.5, 4).Train);

    [Theory]
    [InlineData(1)]
    [InlineData(11)]
    public void Number_of_folds_out_of_range_is_refused(int folds)
    {
        Action cut = () => Split.InFolds(10, folds);

        cut.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("folds");
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.0)]
    public void Share_out_of_range_is_refused(double share)
    {
        Action cut = () => Split.Random(10, share);

        cut.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("trainShare");
    }

    private static IEnumerable<long> Numbers(int count) => Enumerable.Range(0, count).Select(number => (long)number);

    private static int Spread(IEnumerable<int> counts) => counts.Max() - counts.Min();
}
