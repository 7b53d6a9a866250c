namespace Distillation.AI.Tests;

public sealed class MinHashTests
{
    [Theory]
    [InlineData(ShingleUnit.Characters, 4)]
    [InlineData(ShingleUnit.Words, 1)]
    public void Estimate_is_near_the_exact_similarity(ShingleUnit unit, int length)
    {
        var hash = new MinHash(unit, length, functions: 1024);
        var draws = new SeededDraws(1, "texts");
        for (int i = 0; i < 40; i++)
        {
            string[] shared = Words(draws, draws.Below(60));
            string first = string.Join(' ', [.. shared, .. Words(draws, 5 + draws.Below(20))]);
            string second = string.Join(' ', [.. shared, .. Words(draws, 5 + draws.Below(20))]);
            HashSet<string> one = hash.Shingles(first);
            HashSet<string> other = hash.Shingles(second);
            double exact = (double)one.Intersect(other).Count() / one.Union(other).Count();

            double estimate = MinHash.Similarity(hash.Signature(first), hash.Signature(second));

            estimate.Should().BeApproximately(exact, 4 * 0.5 / Math.Sqrt(1024));
        }
    }

    [Fact]
    public void Shingles_are_all_runs_of_characters_or_words_and_a_short_text_is_one()
    {
        new MinHash(ShingleUnit.Characters, 3, 1).Shingles("Ab, C d!").Should().BeEquivalentTo("ab ", "b c", " c ", "c d");
        new MinHash(ShingleUnit.Words, 2, 1).Shingles("One two\nthree, one two").Should().BeEquivalentTo("one two", "two three", "three one");
        new MinHash(ShingleUnit.Characters, 5, 1).Shingles("Ab").Should().BeEquivalentTo("ab");
        new MinHash(ShingleUnit.Words, 5, 1).Shingles("one two").Should().BeEquivalentTo("one two");
    }

    [Fact]
    public void Case_punctuation_and_spaces_do_not_count()
    {
        var hash = new MinHash(ShingleUnit.Characters, 5, functions: 64);

        MinHash.Similarity(hash.Signature("Where is MY parcel?"), hash.Signature("  where is my – parcel\n")).Should().Be(1);
        MinHash.Similarity(hash.Signature("Where is my parcel?"), hash.Signature("你好世界，再见")).Should().Be(0);
    }

    private static string[] Words(SeededDraws draws, int count) => [.. Enumerable.Range(0, count).Select(_ => $"w{draws.Below(100_000)}")];
}
