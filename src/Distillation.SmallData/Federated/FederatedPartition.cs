using Distillation.Data;

namespace Distillation.SmallData;

/// <summary>Splits labeled data among clients, to study how scattered data behaves: even, skewed in labels, in sizes, or in inputs.</summary>
/// <remarks>
/// Each sample is in exactly one client, no client is empty, and the split is a function of the class ids, the arguments and the seed: it is the same on every
/// machine. Views read the source; they own nothing.
/// </remarks>
public static class FederatedPartition
{
    /// <summary>Splits evenly at random (IID): all clients have samples of the same distribution, and sizes that differ by at most one.</summary>
    /// <param name="source">The data.</param>
    /// <param name="clients">The number of clients: at least 2, at most the number of samples.</param>
    /// <param name="seed">Any number.</param>
    /// <returns>A view for each client, with its samples in the order of the source.</returns>
    public static IReadOnlyList<IDataSource> Even(IDataSource source, int clients, int seed = 0)
    {
        RequireClients(source, clients);
        return Views(source, PartitionSizes.Cut(PartitionSizes.Shuffled(source.Count, seed), PartitionSizes.Even(source.Count, clients)));
    }

    /// <summary>Splits at random into clients of different sizes (quantity skew): the shares of the clients are drawn from a Dirichlet distribution.</summary>
    /// <remarks>
    /// Each client has one sample; the others follow shares q ~ Dir(β), rounded by largest remainders. Li et al., "Federated Learning on Non-IID Data Silos",
    /// 2022.
    /// </remarks>
    /// <param name="source">The data.</param>
    /// <param name="beta">β, the concentration: the smaller, the more sizes differ. Positive; 0.5 in the paper.</param>
    /// <param name="clients">The number of clients: at least 2, at most the number of samples.</param>
    /// <param name="seed">Any number.</param>
    /// <returns>A view for each client, with its samples in the order of the source.</returns>
    public static IReadOnlyList<IDataSource> QuantitySkew(IDataSource source, double beta, int clients, int seed = 0)
    {
        Require.Positive(beta);
        RequireClients(source, clients);
        var random = new SplitMix64(SplitMix64.Mix(seed, 1));
        double[] shares = DirichletDraw.Next(ref random, beta, clients);
        return Views(source, PartitionSizes.Cut(PartitionSizes.Shuffled(source.Count, seed), PartitionSizes.ByShares(source.Count, shares)));
    }

    /// <summary>Splits into clients of the same size whose class proportions are drawn from a Dirichlet distribution (label skew).</summary>
    /// <remarks>
    /// <para>
    /// Each client draws proportions q ~ Dir(α·C·p), where p are the class proportions of the source and C their number, then its samples without replacement,
    /// each of a class drawn by q among the classes that have samples left. This is the split by client of Hsu et al., "Measuring the Effects of Non-Identical
    /// Data Distribution for Federated Visual Classification", 2019, in the scaling with which α = 1 is the uniform distribution over proportions where classes
    /// are balanced: Dir(α, …, α).
    /// </para>
    /// <para>
    /// NIID-Bench (Li et al., 2022) draws proportions by class instead, and its clients differ in size as well. As samples run out, the last clients have what
    /// is left; the order of the clients is therefore no part of the skew.
    /// </para>
    /// </remarks>
    /// <param name="source">The data, with class ids [N] as labels.</param>
    /// <param name="alpha">α, the concentration: 0.1 leaves a client one or two classes, 100 is nearly even. Positive.</param>
    /// <param name="clients">The number of clients: at least 2, at most the number of samples.</param>
    /// <param name="seed">Any number.</param>
    /// <returns>A view for each client, with its samples in the order of the source. Sizes differ by at most one.</returns>
    /// <exception cref="ArgumentException">The labels are no class ids.</exception>
    public static IReadOnlyList<IDataSource> Dirichlet(IDataSource source, double alpha, int clients, int seed = 0)
    {
        Require.Positive(alpha);
        RequireClients(source, clients);
        Queue<long>[] remaining = [.. ByClass(source, seed).Select(numbers => new Queue<long>(numbers))];
        double[] concentrations = [.. remaining.Select(numbers => alpha * remaining.Length * numbers.Count / source.Count)];
        var random = new SplitMix64(SplitMix64.Mix(seed, 2));
        var parts = new List<long[]>();
        foreach (int size in PartitionSizes.Even(source.Count, clients))
        {
            double[] logarithms = DirichletDraw.NextLogarithms(ref random, concentrations);
            var numbers = new long[size];
            for (int i = 0; i < size; i++)
            {
                numbers[i] = remaining[DirichletDraw.Choose(ref random, logarithms, label => remaining[label].Count > 0)].Dequeue();
            }

            parts.Add(numbers);
        }

        return Views(source, parts);
    }

    /// <summary>Splits so that each client has the same number of classes (label skew).</summary>
    /// <remarks>
    /// Each client in turn takes the classes that the fewest clients have so far, ties by chance; the samples of a class are dealt evenly among its clients.
    /// Li et al., 2022, where classes are drawn at random and one may be left to no client.
    /// </remarks>
    /// <param name="source">The data, with class ids [N] as labels.</param>
    /// <param name="classes">The number of classes of each client, k: positive, at most that of the source.</param>
    /// <param name="clients">The number of clients: at least 2; so many that every class is in some client.</param>
    /// <param name="seed">Any number.</param>
    /// <returns>A view for each client, with its samples in the order of the source.</returns>
    /// <exception cref="ArgumentException">
    /// The labels are no class ids, there are too few clients for all classes, or a class has fewer samples than clients.
    /// </exception>
    public static IReadOnlyList<IDataSource> ClassesPerClient(IDataSource source, int classes, int clients, int seed = 0)
    {
        RequireClients(source, clients);
        IReadOnlyList<long[]> ofClass = ByClass(source, seed);
        Require.InRange(classes, 1, ofClass.Count);
        if ((long)clients * classes < ofClass.Count)
        {
            throw new ArgumentException(
                $"Every class must be in some client, but {clients} clients of {classes} classes cannot have all {ofClass.Count} classes.", nameof(clients));
        }

        List<int>[] owners = Owners(ofClass.Count, classes, clients, seed);
        var parts = new List<long>[clients];
        for (int client = 0; client < clients; client++)
        {
            parts[client] = [];
        }

        for (int label = 0; label < owners.Length; label++)
        {
            if (ofClass[label].Length < owners[label].Count)
            {
                throw new ArgumentException(
                    $"A class must have a sample for each of its clients, but one has {ofClass[label].Length} samples for {owners[label].Count} clients.",
                    nameof(clients));
            }

            for (int i = 0; i < ofClass[label].Length; i++)
            {
                parts[owners[label][i % owners[label].Count]].Add(ofClass[label][i]);
            }
        }

        return Views(source, parts.Select(part => part.ToArray()));
    }

    /// <summary>Changes the inputs of each client in its own way (feature skew): another scanner, another pen, another light.</summary>
    /// <remarks>Each sample is changed once and stays as it is then; its label stays.</remarks>
    /// <param name="clients">The clients, with class ids as labels or without labels; they are read whole.</param>
    /// <param name="transforms">
    /// The change of each client; client i has that of number i modulo their number. <see langword="null"/> leaves a client's inputs as they are.
    /// </param>
    /// <param name="seed">Any number.</param>
    /// <returns>The changed samples of each client, in memory; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">There is no client or no transform.</exception>
    public static IReadOnlyList<TensorData> FeatureSkew(IReadOnlyList<IDataSource> clients, IReadOnlyList<SampleTransform?> transforms, int seed = 0)
    {
        if (Require.Present(clients).Count == 0 || Require.Present(transforms).Count == 0)
        {
            throw new ArgumentException($"There must be clients and transforms, but there are {clients.Count} and {transforms?.Count ?? 0}.", nameof(clients));
        }

        var changed = new List<TensorData>();
        try
        {
            for (int client = 0; client < clients.Count; client++)
            {
                changed.Add(Change(Require.Present(clients[client], nameof(clients)), transforms[client % transforms.Count], SplitMix64.Mix(seed, client)));
            }

            return changed;
        }
        catch
        {
            changed.ForEach(client => client.Dispose());
            throw;
        }
    }

    private static TensorData Change(IDataSource client, SampleTransform? transform, ulong seed)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        using var originals = new LabeledSamples(client);
        Tensor inputs = originals.Inputs.clone();
        using Tensor numbers = KeptAliveScalar.Arange(0, originals.Count);
        Tensor changed = transform?.Transform(inputs, originals, new SampleRandom(unchecked((int)seed), numbers, inputs.device)) ?? inputs;
        return TensorData.Owning(changed, originals.Labels?.clone());
    }

    // For each class the clients that have it.
    private static List<int>[] Owners(int all, int classes, int clients, int seed)
    {
        var random = new SplitMix64(SplitMix64.Mix(seed, 3));
        var owners = new List<int>[all];
        for (int label = 0; label < all; label++)
        {
            owners[label] = [];
        }

        int[] order = [.. Enumerable.Range(0, all)];
        for (int client = 0; client < clients; client++)
        {
            random.Shuffle(order.AsSpan());
            foreach (int label in order.OrderBy(label => owners[label].Count).Take(classes))
            {
                owners[label].Add(client);
            }
        }

        return owners;
    }

    // The shuffled numbers of the samples of each class that is there, in the order of the ids.
    private static IReadOnlyList<long[]> ByClass(IDataSource source, int seed)
    {
        long[] labels = ClassCounts.ReadIds(source);
        return [.. PartitionSizes.Shuffled(labels.Length, seed).GroupBy(number => labels[number]).OrderBy(group => group.Key).Select(group => group.ToArray())];
    }

    private static IReadOnlyList<IDataSource> Views(IDataSource source, IEnumerable<long[]> parts) =>
        [.. parts.Select(numbers => DataSourceExtensions.Subset(source, numbers.Order()))];

    private static void RequireClients(IDataSource source, int clients) =>
        Require.InRange(clients, 2, (int)Math.Min(Require.Present(source).Count, int.MaxValue));
}
