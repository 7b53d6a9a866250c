namespace Distillation.AI.Tests;

public sealed class EmbeddingCacheTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();

    private string FilePath => Path.Combine(_directory.FullName, "cache", "embeddings.bin");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Embeddings_are_found_after_the_file_is_opened_again()
    {
        using (var cache = EmbeddingCache.Open(FilePath))
        {
            cache.Add("m", "one", [1, -2.5f]);
            cache.Add("m", "", [3]);
            cache.Add("other", "one", [4, 5, 6]);
        }

        using var again = EmbeddingCache.Open(FilePath);
        again.Count.Should().Be(3);
        again.Find("m", "one").Should().Equal(1, -2.5f);
        again.Find("m", "").Should().Equal(3);
        again.Find("other", "one").Should().Equal(4, 5, 6);
        again.Find("m", "two").Should().BeNull();
    }

    [Fact]
    public void Model_and_text_are_not_mistaken_for_each_other()
    {
        using var cache = EmbeddingCache.Open(FilePath);
        cache.Add("ab", "c", [1]);

        cache.Find("a", "bc").Should().BeNull();
    }

    [Fact]
    public void First_embedding_of_a_text_stays()
    {
        using var cache = EmbeddingCache.Open(FilePath);
        cache.Add("m", "one", [1]);
        cache.Add("m", "one", [2]);

        cache.Find("m", "one").Should().Equal(1);
        new FileInfo(FilePath).Length.Should().Be(8 + Record(1));
    }

    [Fact]
    public void Record_cut_anywhere_at_the_end_is_dropped_and_written_again()
    {
        byte[] whole = Written();
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(FilePath, whole[..length]);
            using (var cache = EmbeddingCache.Open(FilePath))
            {
                cache.Count.Should().Be(length < 8 + Record(2) ? 0 : 1);
                cache.Add("m", "one", [1, 2]);
                cache.Add("m", "two", [3]);
            }

            File.ReadAllBytes(FilePath).Should().Equal(whole);
        }
    }

    [Fact]
    public void Zeros_at_the_end_are_dropped()
    {
        byte[] whole = Written();
        File.WriteAllBytes(FilePath, [.. whole, .. new byte[100]]);

        using var cache = EmbeddingCache.Open(FilePath);
        cache.Count.Should().Be(2);
        new FileInfo(FilePath).Length.Should().Be(whole.Length);
    }

    [Fact]
    public void Damage_before_the_end_is_refused_and_the_file_stays()
    {
        byte[] damaged = Written();
        damaged[8 + 40] ^= 1;
        File.WriteAllBytes(FilePath, damaged);

        FluentActions.Invoking(() => EmbeddingCache.Open(FilePath)).Should().Throw<InvalidDataException>().WithMessage("*damaged at byte 8 of*");
        File.ReadAllBytes(FilePath).Should().Equal(damaged);
    }

    [Fact]
    public void Another_file_is_refused_and_stays()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, "my notes");

        FluentActions.Invoking(() => EmbeddingCache.Open(FilePath)).Should().Throw<InvalidDataException>().WithMessage("*no cache of embeddings*");
        File.ReadAllText(FilePath).Should().Be("my notes");
    }

    [Fact]
    public void Second_cache_on_the_file_is_refused_until_the_first_is_closed()
    {
        using (EmbeddingCache.Open(FilePath))
        {
            FluentActions.Invoking(() => EmbeddingCache.Open(FilePath)).Should().Throw<IOException>();
        }

        FluentActions.Invoking(() => EmbeddingCache.Open(FilePath).Dispose()).Should().NotThrow();
    }

    [Fact]
    public void Many_threads_lose_no_embedding()
    {
        using (var cache = EmbeddingCache.Open(FilePath))
        {
            Parallel.For(0, 400, i => cache.Add("m", $"text {i % 200}", [i % 200, 1]));
        }

        using var again = EmbeddingCache.Open(FilePath);
        again.Count.Should().Be(200);
        Enumerable.Range(0, 200).Should().OnlyContain(i => again.Find("m", $"text {i}")![0] == i);
    }

    [Fact]
    public void Bad_embeddings_are_refused_before_anything_is_written()
    {
        using var cache = EmbeddingCache.Open(FilePath);
        FluentActions.Invoking(() => cache.Add("m", "one", [])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => cache.Add("m", "one", [1, float.NaN])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => cache.Add(" ", "one", [1])).Should().Throw<ArgumentException>().WithMessage("*model*");

        cache.Count.Should().Be(0);
        new FileInfo(FilePath).Length.Should().Be(8);
    }

    private static int Record(int dimension) => 4 + 32 + (4 * dimension) + 8;

    private byte[] Written()
    {
        using (var cache = EmbeddingCache.Open(FilePath))
        {
            cache.Add("m", "one", [1, 2]);
            cache.Add("m", "two", [3]);
        }

        return File.ReadAllBytes(FilePath);
    }
}
