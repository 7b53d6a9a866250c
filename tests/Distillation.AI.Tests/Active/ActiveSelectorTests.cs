namespace Distillation.AI.Tests;

public sealed class ActiveSelectorTests
{
    private static readonly double[][] Probabilities = [[0.9, 0.1, 0], [0.4, 0.3, 0.3], [0.5, 0.49, 0.01], [0.6, 0.2, 0.2], [1, 0, 0]];

    [Theory]

    // Entropies by hand: 0.325, 1.089, 0.742, 0.950, 0.
    [InlineData(ActiveStrategy.Entropy, new[] { 1, 3, 2, 0, 4 })]

    // Margins: 0.8, 0.1, 0.01, 0.4, 1.
    [InlineData(ActiveStrategy.Margin, new[] { 2, 1, 3, 0, 4 })]
    public void Least_certain_texts_come_first(ActiveStrategy strategy, int[] expected) =>
        ActiveSelector.Select(new() { Count = 5, Probabilities = Probabilities }, 5, seed: 1, new() { Strategy = strategy }).Should().Equal(expected);

    [Fact]
    public void Vote_entropy_counts_labels_and_disagreement_their_probabilities()
    {
        // Text 0: the votes differ, the probabilities hardly. Text 1: one vote, the probabilities differ.
        var pool = new ActivePool { Count = 2, Committee = [[[0.51, 0.49], [0.99, 0.01]], [[0.49, 0.51], [0.51, 0.49]]] };

        Select(pool, 1, ActiveStrategy.VoteEntropy).Should().Equal(0);
        Select(pool, 1, ActiveStrategy.Disagreement).Should().Equal(1);
    }

    [Fact]
    public void Disagreement_is_the_entropy_of_the_mean_minus_the_mean_entropy()
    {
        Informativeness.Disagreement([[1, 0], [0, 1]]).Should().BeApproximately(Math.Log(2), 1e-12);
        Informativeness.Disagreement([[0.7, 0.3], [0.7, 0.3]]).Should().BeApproximately(0, 1e-12);

        // H(0.75, 0.25) − (H(0.5, 0.5) + 0) / 2.
        double mean = -(0.75 * Math.Log(0.75)) - (0.25 * Math.Log(0.25));
        Informativeness.Disagreement([[1, 0], [0.5, 0.5]]).Should().BeApproximately(mean - (Math.Log(2) / 2), 1e-12);
        Informativeness.VoteEntropy([[1, 0], [0.9, 0.1], [0.2, 0.8]]).Should().BeApproximately(Math.Log(3) - (2 * Math.Log(2) / 3), 1e-12);
    }

    [Fact]
    public void K_center_takes_the_farthest_text_again_and_again()
    {
        var pool = new ActivePool { Count = 5, Embeddings = [[0f], [1f], [10f], [6f], [2f]], Labeled = [0] };

        // From 0 the farthest is 10; then 6 is 4 away from 10; then 2 is 2 from 0; then 1.
        Select(pool, 4, ActiveStrategy.KCenter).Should().Equal(2, 3, 4, 1);
    }

    [Fact]
    public void K_means_seeding_takes_each_place_once_before_any_twice()
    {
        float[][] places = [[0, 0], [5, 0], [0, 5], [5, 5]];
        var pool = new ActivePool { Count = 40, Embeddings = [.. Enumerable.Range(0, 40).Select(i => places[i % 4])] };

        for (int seed = 0; seed < 10; seed++)
        {
            IReadOnlyList<int> chosen = ActiveSelector.Select(pool, 6, seed, new() { Strategy = ActiveStrategy.KMeansPlusPlus });
            chosen.Take(4).Select(text => text % 4).Should().BeEquivalentTo([0, 1, 2, 3]);
            chosen.Should().OnlyHaveUniqueItems().And.HaveCount(6);
        }
    }

    [Fact]
    public void K_means_seeding_draws_by_squared_distance()
    {
        // From 0 the squared distances are 1 and 9: the far one is drawn in 9 of 10 cases.
        var pool = new ActivePool { Count = 3, Embeddings = [[0f], [1f], [3f]], Labeled = [0] };
        int far = Enumerable.Range(0, 500).Count(seed => ActiveSelector.Select(pool, 1, seed, new() { Strategy = ActiveStrategy.KMeansPlusPlus })[0] == 2);

        far.Should().BeInRange(425, 475, "450 are expected; the standard deviation is 6.7");
    }

    [Fact]
    public void Candidates_that_are_alike_are_passed_over_when_diversity_is_required()
    {
        // The three most uncertain texts are at one place.
        var pool = new ActivePool
        {
            Count = 5,
            Probabilities = [[0.5, 0.5], [0.51, 0.49], [0.52, 0.48], [0.6, 0.4], [1, 0]],
            Embeddings = [[0, 0], [0, 0.01f], [0, 0.02f], [3, 3], [9, 9]],
        };

        Select(pool, 2, ActiveStrategy.Entropy).Should().Equal(0, 1);
        ActiveSelector.Select(pool, 2, seed: 1, new() { Strategy = ActiveStrategy.Entropy, CandidateFactor = 2 }).Should().Equal(0, 3);
    }

    [Fact]
    public void Labeled_texts_are_never_chosen_and_the_rest_is_when_more_is_required()
    {
        var pool = new ActivePool { Count = 5, Probabilities = Probabilities, Labeled = [1, 3] };

        Select(pool, 10, ActiveStrategy.Entropy).Should().Equal(2, 0, 4);
        Select(pool, 10, ActiveStrategy.Random).Should().BeEquivalentTo([0, 2, 4]);
    }

    [Fact]
    public void Random_choice_depends_on_the_seed_alone_and_takes_all_texts_equally_often()
    {
        var pool = new ActivePool { Count = 10 };
        int[] counts = new int[10];
        for (int seed = 0; seed < 1000; seed++)
        {
            IReadOnlyList<int> chosen = ActiveSelector.Select(pool, 3, seed, new() { Strategy = ActiveStrategy.Random });
            chosen.Should().Equal(ActiveSelector.Select(pool, 3, seed, new() { Strategy = ActiveStrategy.Random }));
            chosen.ToList().ForEach(text => counts[text]++);
        }

        counts.Should().OnlyContain(count => count > 240 && count < 360, "300 are expected; the standard deviation is 14.5");
    }

    [Fact]
    public void Equals_are_chosen_at_random()
    {
        var pool = new ActivePool { Count = 20, Probabilities = [.. Enumerable.Repeat(new[] { 0.5, 0.5 }, 20)] };

        Enumerable.Range(0, 30).Select(seed => ActiveSelector.Select(pool, 1, seed)[0]).Distinct().Count().Should().BeGreaterThan(8);
    }

    [Fact]
    public void Bad_pools_are_refused()
    {
        Refused(new() { Count = 3 }, ActiveStrategy.Entropy, "*Entropy needs Probabilities of each of the 3 texts, but there are 0*");
        Refused(new() { Count = 3 }, ActiveStrategy.KCenter, "*Embeddings*");
        Refused(new() { Count = 1, Committee = [[[1, 0]]] }, ActiveStrategy.Disagreement, "*at least two*1*");
        Refused(new() { Count = 1, Committee = [[[1, 0]], [[1, 0, 0]]] }, ActiveStrategy.Disagreement, "*same labels*");
        Refused(new() { Count = 2, Embeddings = [[1], [1, 2]] }, ActiveStrategy.KCenter, "*text 1 has 2*");
        Refused(new() { Count = 2, Labeled = [0, 1] }, ActiveStrategy.Random, "*all 2 are labeled*");
        Refused(new() { Count = 2, Labeled = [2] }, ActiveStrategy.Random, "*Labeled*2*");
        FluentActions.Invoking(() => ActiveSelector.Select(new() { Count = 2 }, 1, 0, new() { Strategy = ActiveStrategy.Random, CandidateFactor = 3 }))
            .Should().Throw<ArgumentException>().WithMessage("*CandidateFactor must be 1 for Random*");

        static void Refused(ActivePool pool, ActiveStrategy strategy, string message) =>
            FluentActions.Invoking(() => Select(pool, 1, strategy)).Should().Throw<ArgumentException>().WithMessage(message);
    }

    private static IReadOnlyList<int> Select(ActivePool pool, int count, ActiveStrategy strategy) =>
        ActiveSelector.Select(pool, count, seed: 1, new() { Strategy = strategy });
}
