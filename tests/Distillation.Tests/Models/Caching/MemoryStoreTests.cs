using Distillation.Caching;

namespace Distillation.Tests.Caching;

public sealed class MemoryStoreTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(torch.ScalarType.Float32, 1L << 20)]
    [InlineData(torch.ScalarType.Float32, 0)]
    [InlineData(torch.ScalarType.Float64, 1L << 20)]
    [InlineData(torch.ScalarType.Float64, 0)]
    [InlineData(torch.ScalarType.BFloat16, 0)]
    public void Outputs_come_back_bit_for_bit_from_memory_and_from_a_file(torch.ScalarType dtype, long budget)
    {
        using var store = new MemoryStore(30, new MemoryStoreOptions { Features = FeatureSet.Of("layer"), Budget = budget });
        Tensor logits = Some.Inputs(10, 5).to(dtype);
        Tensor layer = Some.Inputs(10, 8).to(dtype).view(10, 2, 4);
        store.Write([20, 3, 7, 0, 29, 11, 12, 13, 14, 15], new ulong[10], new ModelOutput(logits, new Dictionary<Feature, Tensor> { ["layer"] = layer }));

        ModelOutput output = store.Read(torch.tensor([29L, 3, 29]), FeatureSet.Of("layer"));

        store.IsSpilled.Should().Be(budget == 0);
        Tensor rows = torch.tensor([4L, 1, 4]);
        output.Logits.dtype.Should().Be(dtype);
        output.Logits.eq(logits.index_select(0, rows)).all().item<bool>().Should().BeTrue();
        output["layer"].eq(layer.index_select(0, rows)).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Halves_are_within_their_precision_and_come_back_in_the_type_they_were()
    {
        using var store = new MemoryStore(10, new MemoryStoreOptions { HalfPrecision = true });
        Tensor logits = Some.Inputs(10, 5);
        store.Write(Numbers(10), new ulong[10], new ModelOutput(logits));

        Tensor back = store.Read(torch.arange(10, torch.ScalarType.Int64), FeatureSet.None).Logits;

        back.dtype.Should().Be(torch.ScalarType.Float32);
        ((back - logits).abs() / logits.abs()).max().item<float>().Should().BeInRange(1e-6f, 5e-4f);
    }

    [Fact]
    public void Halves_take_half_of_the_budget()
    {
        using var store = new MemoryStore(100, new MemoryStoreOptions { HalfPrecision = true, Budget = 100 * 5 * 2 });

        store.Write([0], [0], new ModelOutput(torch.zeros(1, 5)));

        store.IsSpilled.Should().BeFalse();
    }

    [Fact]
    public void Byte_more_than_the_budget_goes_to_the_file()
    {
        using var store = new MemoryStore(100, new MemoryStoreOptions { Budget = (100 * 5 * 4) - 1 });

        store.Write([0], [0], new ModelOutput(torch.zeros(1, 5)));

        store.IsSpilled.Should().BeTrue();
    }

    [Fact]
    public void Logit_that_halves_cannot_hold_is_refused_and_nothing_is_kept()
    {
        using var store = new MemoryStore(10, new MemoryStoreOptions { HalfPrecision = true });

        Action write = () => store.Write([1], [0], new ModelOutput(torch.tensor(new[,] { { 1f, 70_000f } })));

        write.Should().Throw<InvalidOperationException>().WithMessage("*70000 does not fit in float16*");
        store.Filled.Should().Be(0);
    }

    [Theory]
    [InlineData(float.NegativeInfinity)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NaN)]
    public void What_is_not_finite_is_kept_in_halves_and_hides_no_overflow(float number)
    {
        using var store = new MemoryStore(10, new MemoryStoreOptions { HalfPrecision = true });
        store.Write([0], [0], new ModelOutput(torch.tensor(new[,] { { 1f, number } })));

        Action write = () => store.Write([1], [0], new ModelOutput(torch.tensor(new[,] { { -70_000f, number } })));

        Close.Numbers(store.Read(torch.tensor([0L]), FeatureSet.None).Logits).Should().Equal(1, number);
        write.Should().Throw<InvalidOperationException>().WithMessage("*70000 does not fit in float16*");
    }

    [Fact]
    public void Outputs_of_another_shape_are_refused()
    {
        using var store = new MemoryStore(10);
        store.Write([1], [0], new ModelOutput(torch.zeros(1, 5)));

        Action write = () => store.Write([2], [0], new ModelOutput(torch.zeros(1, 6)));

        write.Should().Throw<InvalidOperationException>().WithMessage("*[1, 5] Float32*[1, 6]*");
    }

    [Fact]
    public void What_was_written_last_counts()
    {
        using var store = new MemoryStore(10);
        store.Write([1], [5], new ModelOutput(torch.zeros(1, 2)));
        store.Write([1], [6], new ModelOutput(torch.ones(1, 2)));

        store.Filled.Should().Be(1);
        store.InputDigest(1).Should().Be(6);
        Close.Numbers(store.Read(torch.tensor([1L]), FeatureSet.None).Logits).Should().Equal(1, 1);
    }

    [Fact]
    public void Sample_that_is_not_there_is_named()
    {
        using var store = new MemoryStore(10);
        store.Write([1], [0], new ModelOutput(torch.zeros(1, 5)));

        Action read = () => store.Read(torch.tensor([1L, 2]), FeatureSet.None);

        read.Should().Throw<KeyNotFoundException>().WithMessage("Sample 2 is not in the store*");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(-1)]
    public void Digest_of_a_sample_that_is_not_there_is_refused_by_its_number(long sample)
    {
        using var store = new MemoryStore(10);
        store.Write([1], [0], new ModelOutput(torch.zeros(1, 5)));

        Action ask = () => store.InputDigest(sample);

        store.Contains(sample).Should().BeFalse();
        ask.Should().Throw<KeyNotFoundException>().WithMessage($"Sample {sample} is not in the store*");
    }

    [Fact]
    public void Store_without_outputs_has_none_to_read()
    {
        using var store = new MemoryStore(10);

        Action read = () => store.Read(torch.empty(0, torch.ScalarType.Int64), FeatureSet.None);

        read.Should().Throw<KeyNotFoundException>().WithMessage("*no outputs yet*");
    }

    [Fact]
    public void Outputs_digests_and_numbers_must_be_of_as_many_samples()
    {
        using var store = new MemoryStore(10);

        Action fewDigests = () => store.Write([1, 2], [0], new ModelOutput(torch.zeros(2, 5)));
        Action fewOutputs = () => store.Write([1, 2], [0, 0], new ModelOutput(torch.zeros(1, 5)));

        fewDigests.Should().Throw<ArgumentException>().WithMessage("*as many digests*1 and 2*");
        fewOutputs.Should().Throw<InvalidOperationException>().WithMessage("*[2, 5]*[1, 5]*");
        store.Filled.Should().Be(0);
    }

    [Fact]
    public void File_is_gone_when_the_store_is_disposed()
    {
        string directory = Directory.CreateTempSubdirectory().FullName;
        var store = new MemoryStore(10, new MemoryStoreOptions { Budget = 0, SpillDirectory = directory });
        store.Write([1], [0], new ModelOutput(torch.zeros(1, 5)));

        store.Dispose();

        Directory.EnumerateFiles(directory).Should().BeEmpty();
        Directory.Delete(directory);
    }

    [Fact]
    public void File_has_no_name_that_could_outlast_a_kill()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // there the system removes it
        }

        DirectoryInfo directory = Directory.CreateTempSubdirectory();
        using (var store = new MemoryStore(10, new MemoryStoreOptions { Budget = 0, SpillDirectory = directory.FullName }))
        {
            store.Write([1], [0], new ModelOutput(torch.zeros(1, 5)));

            store.IsSpilled.Should().BeTrue();
            directory.EnumerateFiles().Should().BeEmpty();
        }

        directory.Delete();
    }

    [Fact]
    public void No_tensor_is_left() => Leak.None(() =>
    {
        using var scope = torch.NewDisposeScope();
        using var store = new MemoryStore(10, new MemoryStoreOptions { Budget = 0, HalfPrecision = true });
        store.Write(Numbers(10), new ulong[10], new ModelOutput(Some.Inputs(10, 5)));
        store.Read(torch.tensor([1L, 2]), FeatureSet.None);
    });

    private static long[] Numbers(int count) => [.. Enumerable.Range(0, count)];
}
