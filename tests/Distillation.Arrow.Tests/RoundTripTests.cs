using CsCheck;
using Distillation.Losses;
using Distillation.Tests;

namespace Distillation.Arrow.Tests;

public sealed class RoundTripTests : IDisposable
{
    private static readonly torch.ScalarType[] Floats =
        [torch.ScalarType.Float16, torch.ScalarType.BFloat16, torch.ScalarType.Float32, torch.ScalarType.Float64];

    private static readonly Gen<torch.ScalarType> Types = Gen.Int[0, Floats.Length - 1].Select(place => Floats[place]);

    private static readonly Gen<Store> Stores = Gen.Select(
        Gen.Int[1, 30], Gen.OneOf(Gen.Const<long[]>([]), Gen.Long[1, 9].Array[1, 3]), Types, Gen.Int[1, 3], Gen.Int[1, 8], Gen.Int)
        .Select((samples, shape, type, writers, rows, seed) => new Store(samples, shape, type, writers, rows, seed));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_was_written_last_is_read_in_any_order() => Gen.Select(Stores, Gen.Bool, Types).ForAll(
        (one, halves, layerType) =>
        {
            using var scope = torch.NewDisposeScope();
            Tensor logits = one.Numbers(one.Type, one.Shape);
            Tensor layer = one.Numbers(layerType, 2, 3);
            var options = new ArrowStoreOptions
            {
                Representation = halves ? OutputRepresentation.DenseFloat16 : OutputRepresentation.DenseFloat32,
                Layers = FeatureSet.Of("layer"),
                RowsPerBatch = one.Rows,
            };
            string folder = one.Fill(_folder, options, new(logits, new Dictionary<Feature, Tensor> { ["layer"] = layer }));

            using ArrowOutputStore store = ArrowOutputStore.OpenRead(folder, "teacher");
            Tensor samples = one.Order();
            ModelOutput read = store.Read(samples, FeatureSet.Of("layer"));

            torch.ScalarType kept = halves ? torch.ScalarType.Float16 : torch.ScalarType.Float32;
            return store.Filled == one.Samples && one.HasDigests(store)
                && Same(read.Logits, logits.to(kept).to(one.Type).index_select(0, samples))
                && Same(read["layer"], layer.to(kept).to(layerType).index_select(0, samples));
        },
        iter: 50);

    [Fact]
    public void Lists_have_the_likeliest_classes_and_the_others_share_what_remains() =>
        Gen.Select(Stores.Where(one => one.Shape.Length > 0), Gen.Double[0, 1]).ForAll(
            (one, part) =>
            {
                using var scope = torch.NewDisposeScope();
                int axis = one.Shape.Length == 3 ? 1 : one.Shape.Length;
                long classes = one.Shape[axis - 1];
                int listed = 1 + (int)(part * (classes - 1));
                Tensor logits = one.Numbers(one.Type, one.Shape);
                string folder = one.Fill(_folder, new() { Representation = OutputRepresentation.TopK(listed), RowsPerBatch = one.Rows }, new(logits));

                using ArrowOutputStore store = ArrowOutputStore.OpenRead(folder, "teacher");
                Tensor samples = one.Order();
                ModelOutput read = store.Read(samples, store.Features);

                Tensor log = torch.nn.functional.log_softmax(logits.index_select(0, samples).to(torch.ScalarType.Float64), axis);
                Tensor indices = read[SparseTargetLoss.Indices];
                Tensor probabilities = read.Logits.to(torch.ScalarType.Float64).exp();
                Tensor truth = log.exp();
                Tensor expected = (1 - truth.gather(axis, indices).sum(axis, keepdim: true)) / Math.Max(classes - listed, 1);
                return Difference(log.gather(axis, indices), log.topk(listed, axis).values) < 1e-6
                    && Same(
                        indices.sort(axis).Indices.sort(axis).Values,
                        torch.arange(listed).view(axis == 1 && one.Shape.Length == 3 ? [listed, 1, 1] : [listed]).expand_as(indices))
                    && Difference(probabilities, expected.expand_as(truth).scatter(axis, indices, truth.gather(axis, indices)))
                        < (one.Type == torch.ScalarType.BFloat16 ? 1e-2 : 2e-3);
            },
            iter: 50);

    private static bool Same(Tensor left, Tensor right) =>
        left.dtype == right.dtype && left.shape.SequenceEqual(right.shape) && left.contiguous().bytes.SequenceEqual(right.contiguous().bytes);

    private static double Difference(Tensor left, Tensor right) => (left - right).abs().max().to(torch.ScalarType.Float64).item<double>();

    /// <summary>A store, and how it is filled.</summary>
    private sealed record Store(int Samples, long[] Shape, torch.ScalarType Type, int Writers, int Rows, int Seed)
    {
        /// <summary>Numbers of which some are alike.</summary>
        public Tensor Numbers(torch.ScalarType type, params long[] shape)
        {
            using var generator = new torch.Generator((ulong)(uint)Seed);
            return torch.randint(-12, 12, [Samples, .. shape], torch.ScalarType.Float32, generator: generator).div(3).to(type);
        }

        public Tensor Order()
        {
            var random = new Random(Seed);
            return torch.tensor([.. Enumerable.Range(0, random.Next(1, 2 * Samples)).Select(_ => (long)random.Next(Samples))], torch.ScalarType.Int64);
        }

        public bool HasDigests(ArrowOutputStore store) => Enumerable.Range(0, Samples).All(sample => store.InputDigest(sample) == (ulong)sample + 1);

        /// <summary>Writes every sample, some of them before with other numbers; each writer has samples of its own.</summary>
        public string Fill(DirectoryInfo root, ArrowStoreOptions options, ModelOutput output)
        {
            string folder = root.CreateSubdirectory(Guid.NewGuid().ToString("N")).FullName;
            var random = new Random(Seed);
            ArrowOutputStore[] stores = [.. Enumerable.Range(0, Writers).Select(_ => ArrowOutputStore.Open(folder, Samples, "teacher", options))];
            long[] order = [.. Enumerable.Range(0, Samples).Select(sample => (long)sample)];
            random.Shuffle(order);
            foreach ((long sample, bool holds) in order[..random.Next(Samples)].Select(sample => (sample, false))
                .Concat(order.Select(sample => (sample, true))))
            {
                ArrowOutputStore store = stores[sample % Writers];
                ModelOutput row = Row(output, sample);
                store.Write([sample], [holds ? (ulong)sample + 1 : 0], holds
                    ? row
                    : new(row.Logits + 1, row.Features.ToDictionary(feature => feature, feature => row[feature] + 1)));
                if (random.Next(8) == 0)
                {
                    store.Flush();
                }
            }

            Array.ForEach(stores, store => store.Dispose());
            return folder;
        }

        private static ModelOutput Row(ModelOutput output, long sample) =>
            new(output.Logits.narrow(0, sample, 1), output.Features.ToDictionary(feature => feature, feature => output[feature].narrow(0, sample, 1)));
    }
}
