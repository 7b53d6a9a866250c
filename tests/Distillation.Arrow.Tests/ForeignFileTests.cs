namespace Distillation.Arrow.Tests;

/// <summary>Files that the JavaScript implementation of Arrow wrote: see Fixtures/make_shards.mjs.</summary>
public sealed class ForeignFileTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Dense_store_with_batches_of_different_sizes_and_a_slice_is_read()
    {
        using ArrowOutputStore store = Open("dense");

        store.Verify();
        store.Read(torch.tensor([4L, 0L, 3L, 2L]), FeatureSet.None).Logits.data<float>().ToArray().Should().Equal(8, 9, 0, 1, 6, 7, 4, 5);
    }

    [Fact]
    public void Missing_digest_is_null_and_the_others_are_not()
    {
        using ArrowOutputStore store = Open("dense");

        new[] { store.InputDigest(1), store.InputDigest(2), store.InputDigest(4) }.Should().Equal(11UL, null, 14UL);
    }

    [Fact]
    public void Lists_of_int32_classes_without_digests_are_read()
    {
        using ArrowOutputStore store = Open("lists");

        float[] probabilities = store.Read(torch.tensor([1L]), FeatureSet.None).Logits.exp().data<float>().ToArray();

        probabilities.Zip([0.25f, 0.0625f, 0.0625f, 0.0625f, 0.0625f, 0.5f])
            .Should().AllSatisfy(pair => pair.First.Should().BeApproximately(pair.Second, 1e-6f));
        store.InputDigest(1).Should().BeNull();
    }

    private static ArrowOutputStore Open(string name) => ArrowOutputStore.OpenRead(Path.Combine(AppContext.BaseDirectory, "Fixtures", name), "javascript");
}
