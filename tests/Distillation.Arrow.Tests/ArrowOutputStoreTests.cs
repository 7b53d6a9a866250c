using Distillation.Losses;
using Distillation.Tests;

namespace Distillation.Arrow.Tests;

public sealed class ArrowOutputStoreTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private static ArrowStoreOptions Top3 => new() { Representation = OutputRepresentation.TopK(3) };

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _scope.Dispose();
    }

    [Fact]
    public void Float32_logits_come_back_bit_for_bit_in_any_order()
    {
        Tensor logits = Logits(20, 5);
        Fill(logits);

        using ArrowOutputStore store = ArrowOutputStore.OpenRead(_folder.FullName, "teacher");
        ModelOutput read = store.Read(torch.tensor([7L, 0L, 19L, 7L]), FeatureSet.None);

        Bytes(read.Logits).Should().Equal(Bytes(logits.index_select(0, torch.tensor([7L, 0L, 19L, 7L]))));
        store.InputDigest(7).Should().Be(107);
        store.Filled.Should().Be(20);
    }

    [Fact]
    public void Float16_logits_come_back_as_float32_rounded_once()
    {
        Tensor logits = Logits(20, 5);
        Fill(logits, new() { Representation = OutputRepresentation.DenseFloat16 });

        using ArrowOutputStore store = ArrowOutputStore.OpenRead(_folder.FullName, null);
        Tensor read = store.Read(torch.arange(20, torch.ScalarType.Int64), FeatureSet.None).Logits;

        read.dtype.Should().Be(torch.ScalarType.Float32);
        Bytes(read).Should().Equal(Bytes(logits.to(torch.ScalarType.Float16).to(torch.ScalarType.Float32)));
    }

    [Fact]
    public void Infinity_is_kept_in_float16_and_hides_no_overflow()
    {
        using ArrowOutputStore store = ArrowOutputStore.Open(_folder.FullName, 2, "teacher", new() { Representation = OutputRepresentation.DenseFloat16 });
        store.Write([0], [0], new(torch.tensor(new[,] { { 1, float.NegativeInfinity } })));

        FluentActions.Invoking(() => store.Write([1], [0], new(torch.tensor(new[,] { { 70000, float.NegativeInfinity } }))))
            .Should().Throw<ArgumentException>().WithMessage("*reach 70000, which float16*");
        store.Read(torch.tensor([0L]), FeatureSet.None).Logits.data<float>().ToArray().Should().Equal(1, float.NegativeInfinity);
    }

    [Fact]
    public void Float16_refuses_logits_that_overflow()
    {
        using ArrowOutputStore store = ArrowOutputStore.Open(_folder.FullName, 2, "teacher", new() { Representation = OutputRepresentation.DenseFloat16 });

        FluentActions.Invoking(() => store.Write([0, 1], [0, 0], new(torch.tensor(new float[,] { { 1, 2 }, { 70000, 1 } }))))
            .Should().Throw<ArgumentException>().WithMessage("*70000*float16*");
        store.Filled.Should().Be(0);
    }

    [Theory]
    [InlineData(new long[] { 9 }, 1)]
    [InlineData(new long[] { 4, 9 }, 2)]
    [InlineData(new long[] { 9, 2, 3 }, 1)]
    public void Lists_give_probabilities_of_listed_classes_and_share_the_rest_evenly(long[] shape, int axis)
    {
        Tensor logits = Logits([6, .. shape]);
        Fill(logits, Top3);
        Tensor expected = torch.nn.functional.softmax(logits.to(torch.ScalarType.Float64), axis);
        (Tensor likeliest, Tensor indices) = expected.topk(3, axis);
        Tensor even = (1 - likeliest.sum(axis, keepdim: true)) / 6;

        using ArrowOutputStore store = ArrowOutputStore.OpenRead(_folder.FullName, "teacher");
        ModelOutput read = store.Read(torch.arange(6, torch.ScalarType.Int64), FeatureSet.Of(SparseTargetLoss.Indices, SparseTargetLoss.LogProbabilities));

        Difference(read.Logits.exp(), even.expand(expected.shape).scatter(axis, indices, likeliest)).Should().BeLessThan(1e-3);
        read[SparseTargetLoss.Indices].eq(indices).all().item<bool>().Should().BeTrue();
        Difference(read[SparseTargetLoss.LogProbabilities], likeliest.log()).Should().BeLessThan(4e-3);
    }

    [Fact]
    public void Layers_come_back_in_their_shape_and_only_when_required()
    {
        Tensor layer = Logits(4, 2, 3);
        var options = new ArrowStoreOptions { Layers = FeatureSet.Of("block.0") };
        using ArrowOutputStore store = ArrowOutputStore.Open(_folder.FullName, 4, "teacher", options);
        store.Write([3, 2, 1, 0], [0, 0, 0, 0], new(Logits(4, 5), new Dictionary<Feature, Tensor> { ["block.0"] = layer }));
        store.Flush();

        store.Read(torch.tensor([0L]), FeatureSet.None).Features.Should().BeEmpty();
        Bytes(store.Read(torch.tensor([0L]), FeatureSet.Of("block.0"))["block.0"]).Should().Equal(Bytes(layer[3]));
        FluentActions.Invoking(() => store.Read(torch.tensor([0L]), FeatureSet.Of("other")))
            .Should().Throw<KeyNotFoundException>().WithMessage("*'other'*block.0*");
    }

    [Fact]
    public void Newest_outputs_of_a_sample_hold_before_and_after_they_are_on_disk()
    {
        using (ArrowOutputStore store = ArrowOutputStore.Open(_folder.FullName, 3, "teacher"))
        {
            store.Write([1, 1], [1, 2], new(torch.tensor(new float[,] { { 1 }, { 2 } })));
            First(store, 1).Should().Be(2);
            store.Flush();
            First(store, 1).Should().Be(2);
            store.Write([1], [3], new(torch.tensor(new float[,] { { 3 } })));
            First(store, 1).Should().Be(3);
        }

        using ArrowOutputStore again = ArrowOutputStore.Open(_folder.FullName, 3, "teacher");
        First(again, 1).Should().Be(3);
        again.InputDigest(1).Should().Be(3);
        again.Contains(0).Should().BeFalse();
        FluentActions.Invoking(() => First(again, 0)).Should().Throw<KeyNotFoundException>().WithMessage("*sample 0*");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(-1)]
    public void Sample_that_is_not_there_is_refused_by_its_number(long sample)
    {
        using ArrowOutputStore store = ArrowOutputStore.Open(_folder.FullName, 4, "teacher");
        store.Write([0], [0], new(Logits(1, 2)));

        store.Contains(sample).Should().BeFalse();
        FluentActions.Invoking(() => store.InputDigest(sample)).Should().Throw<KeyNotFoundException>().WithMessage($"*no outputs of sample {sample}*");
        FluentActions.Invoking(() => store.Read(torch.tensor([0, sample]), FeatureSet.None))
            .Should().Throw<KeyNotFoundException>().WithMessage($"*no outputs of sample {sample}*");
    }

    [Fact]
    public void Store_without_outputs_names_the_directory()
    {
        using ArrowOutputStore store = ArrowOutputStore.Open(_folder.FullName, 4, "teacher");

        FluentActions.Invoking(() => store.Read(torch.tensor([0L]), FeatureSet.None))
            .Should().Throw<KeyNotFoundException>().WithMessage($"*{_folder.FullName}*no outputs yet*");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void Description_that_counts_other_rows_is_refused(int rows)
    {
        Fill(Logits(4, 2));
        string path = Shard(".json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"rows\": 4", $"\"rows\": {rows}", StringComparison.Ordinal));

        FluentActions.Invoking(() => ArrowOutputStore.OpenRead(_folder.FullName, null)).Should().Throw<InvalidDataException>().WithMessage("*rows*");
    }

    [Fact]
    public void Two_instances_fill_one_directory_and_see_each_other_after_a_refresh()
    {
        using ArrowOutputStore left = ArrowOutputStore.Open(_folder.FullName, 4, "teacher");
        using ArrowOutputStore right = ArrowOutputStore.Open(_folder.FullName, 4, "teacher");
        left.Write([0, 1], [0, 0], new(torch.tensor(new float[,] { { 10 }, { 11 } })));
        right.Write([2, 3], [0, 0], new(torch.tensor(new float[,] { { 12 }, { 13 } })));
        right.Flush();
        left.Flush();

        left.Refresh();

        left.Filled.Should().Be(4);
        First(left, 3).Should().Be(13);
    }

    [Fact]
    public void What_was_flushed_outlasts_a_writer_that_was_not_disposed()
    {
        ArrowOutputStore killed = ArrowOutputStore.Open(_folder.FullName, 4, "teacher");
        killed.Write([0], [0], new(torch.tensor(new float[,] { { 1 } })));
        killed.Flush();
        killed.Write([1], [0], new(torch.tensor(new float[,] { { 2 } })));

        using ArrowOutputStore store = ArrowOutputStore.Open(_folder.FullName, 4, "teacher");

        store.Contains(0).Should().BeTrue();
        store.Contains(1).Should().BeFalse();
        killed.Dispose();
    }

    [Fact]
    public void Shard_without_its_description_does_not_count()
    {
        Fill(Logits(4, 2));
        File.Delete(Shard(".json"));
        File.WriteAllBytes(Path.Combine(_folder.FullName, "part-9.arrow.1.draft"), [1, 2, 3]);

        using ArrowOutputStore store = ArrowOutputStore.Open(_folder.FullName, 4, "teacher");

        store.Filled.Should().Be(0);
    }

    [Fact]
    public void Truncated_shard_is_refused_by_name()
    {
        Fill(Logits(4, 2));
        string path = Shard(".arrow");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);

        FluentActions.Invoking(() => ArrowOutputStore.OpenRead(_folder.FullName, null)).Should().Throw<InvalidDataException>().WithMessage($"'{path}'*bytes*");
    }

    [Fact]
    public void Flipped_bits_give_other_values_or_are_refused_and_verify_finds_them()
    {
        Fill(Logits(6, 5), Top3);
        string path = Shard(".arrow");
        byte[] whole = File.ReadAllBytes(path);
        var random = new Random(1);
        int refused = 0;
        for (int round = 0; round < 1500; round++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, damaged);
            try
            {
                using ArrowOutputStore store = ArrowOutputStore.OpenRead(_folder.FullName, "teacher");
                long[] there = [.. Enumerable.Range(0, 6).Select(sample => (long)sample).Where(store.Contains)];
                FluentActions.Invoking(store.Verify).Should().Throw<InvalidDataException>().WithMessage("*SHA-256*");
                store.Read(torch.tensor(there), FeatureSet.None).Logits.Dispose();
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        refused.Should().BeInRange(1, 1499);
    }

    [Theory]
    [InlineData("other", 4, 0, "fingerprint")]
    [InlineData("teacher", 5, 0, "count")]
    [InlineData("teacher", 4, 3, "representation")]
    public void Store_of_something_else_is_refused_with_both_spelled_out(string fingerprint, long count, int listed, string what)
    {
        Fill(Logits(4, 5));
        var options = new ArrowStoreOptions { Representation = listed > 0 ? OutputRepresentation.TopK(listed) : OutputRepresentation.DenseFloat32 };

        FluentActions.Invoking(() => ArrowOutputStore.Open(_folder.FullName, count, fingerprint, options))
            .Should().Throw<InvalidDataException>().WithMessage($"*{what}*is required*");
    }

    [Fact]
    public void No_tensor_is_left()
    {
        Tensor logits = Logits(4, 5);
        Tensor samples = torch.tensor([1L, 3L]);

        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            using ArrowOutputStore store = ArrowOutputStore.Open(_folder.FullName, 4, "teacher", Top3);
            store.Write([0, 1, 2, 3], [0, 0, 0, 0], new(logits));
            store.Read(samples, store.Features);
        });
    }

    private static Tensor Logits(params long[] shape)
    {
        using var generator = new torch.Generator(3);
        return torch.randn(shape, torch.ScalarType.Float32, generator: generator) * 3;
    }

    private static byte[] Bytes(Tensor tensor) => tensor.contiguous().bytes.ToArray();

    private static double Difference(Tensor left, Tensor right) => (left - right).abs().max().to(torch.ScalarType.Float64).item<double>();

    private static float First(ArrowOutputStore store, long sample) => store.Read(torch.tensor([sample]), FeatureSet.None).Logits.item<float>();

    private void Fill(Tensor logits, ArrowStoreOptions? options = null)
    {
        using ArrowOutputStore store = ArrowOutputStore.Open(_folder.FullName, logits.size(0), "teacher", options);
        long[] samples = [.. Enumerable.Range(0, (int)logits.size(0)).Select(sample => (long)sample)];
        store.Write(samples, [.. samples.Select(sample => (ulong)sample + 100)], new(logits));
    }

    private string Shard(string ending) => _folder.GetFiles($"part-*{ending}").Single().FullName;
}
