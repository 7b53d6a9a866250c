using System.Text.Json;
using Distillation.Tests;

namespace Distillation.Arrow.Tests;

public sealed class DamagedStoreTests : IDisposable
{
    private const int Samples = 6;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _scope.Dispose();
    }

    [Theory]
    [InlineData(0, ".arrow", 1000)]
    [InlineData(3, ".arrow", 1000)]
    [InlineData(0, ".json", 1000)]
    [InlineData(3, "manifest", 2000)]
    public void Damaged_file_gives_values_or_is_refused_as_documented_and_takes_little_memory(int listed, string what, int times)
    {
        times = LongForm.Times(times);
        Fill(listed);
        string shard = Directory.GetFiles(_folder, "part-*.arrow").Single();
        string path = what == "manifest" ? Path.Combine(_folder, "manifest.json") : Path.ChangeExtension(shard, what);
        byte[] whole = File.ReadAllBytes(path);
        var mutator = Mutator.OfJson(seed: listed + times);
        int refused = 0;
        long most = 0;
        long length = 0;
        for (int time = 0; time < times; time++)
        {
            byte[] damaged = mutator.Mutate([whole]);
            File.WriteAllBytes(path, damaged);
            if (what == ".arrow" && damaged.Length != length)
            {
                length = damaged.Length;
                File.WriteAllText(Path.ChangeExtension(shard, ".json"), JsonSerializer.Serialize(new { rows = Samples, bytes = length, sha256 = "none" }));
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            refused += IsRefused() ? 1 : 0;
            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        refused.Should().BeInRange(times / 10, times - 1);
        most.Should().BeLessThan(1 << 20);
    }

    private bool IsRefused()
    {
        try
        {
            using var scope = torch.NewDisposeScope();
            using ArrowOutputStore store = ArrowOutputStore.OpenRead(_folder, null);
            long[] there = [.. Enumerable.Range(0, Samples).Select(sample => (long)sample).Where(store.Contains)];
            foreach (long sample in there)
            {
                _ = store.InputDigest(sample);
            }

            store.Read(torch.tensor(there), store.Features);
            return false;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            return true;
        }
    }

    private void Fill(int listed)
    {
        var options = new ArrowStoreOptions
        {
            Representation = listed > 0 ? OutputRepresentation.TopK(listed) : OutputRepresentation.DenseFloat32,
            Layers = FeatureSet.Of("block.0", "block.1"),
            RowsPerBatch = 4,
        };
        using ArrowOutputStore store = ArrowOutputStore.Open(_folder, Samples, "teacher", options);
        var layers = new Dictionary<Feature, Tensor> { ["block.0"] = torch.ones(Samples, 2, 3), ["block.1"] = torch.ones(Samples) };
        store.Write([5, 4, 3, 2, 1, 0], new ulong[Samples], new(torch.arange(Samples * 5, torch.ScalarType.Float32).view(Samples, 5), layers));
    }
}
