using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>Synthesizes samples whose mean embedding in each class is that of the real samples, in many random networks (Zhao and Bilen, 2023).</summary>
/// <remarks>
/// <para>
/// Each step makes a new network ψ with random weights and reduces <c>Σ_c ‖mean ψ(A(x)) − mean ψ(A(s))‖²</c> over the classes c, for real samples x, synthetic
/// ones s and a transform A with the same draws for both. The synthetic samples begin as real ones. Dataset Condensation with Distribution Matching, 2023.
/// </para>
/// <para>
/// No network is trained, so it is the cheapest of the methods: a step is a forward pass of real samples, and a forward and backward pass of synthetic ones.
/// Networks are in evaluation mode.
/// </para>
/// </remarks>
public sealed record DistributionMatching : IDataCondenser
{
    /// <inheritdoc/>
    public string Name => "distribution matching";

    /// <summary>Gets what the synthetic samples begin as.</summary>
    /// <value>The default value is a <see cref="RandomSubset"/>. <see cref="Herding"/> is often nearer to the goal.</value>
    public IDataCondenser Start { get; init => field = Require.Present(value); } = new RandomSubset();

    /// <summary>Gets how networks are made, from inputs to embeddings [N, ...], with weights from libtorch's generator.</summary>
    /// <value>The default value is <see langword="null"/>: <see cref="CondensationNetworks.Embedding"/>.</value>
    public Func<Module<Tensor, Tensor>>? Network { get; init; }

    /// <summary>Gets the number of steps, each with a network of its own.</summary>
    /// <value>Positive. The default value is 1 000; the paper takes 20 000.</value>
    public int Steps { get; init => field = Require.Positive(value); } = 1_000;

    /// <summary>Gets how many real samples of each class a step embeds.</summary>
    /// <value>Positive. The default value is 128; the paper takes 256.</value>
    public int RealBatchSize { get; init => field = Require.Positive(value); } = 128;

    /// <summary>Gets the learning rate of the synthetic samples, for inputs of variance 1: it is multiplied by the variance of the real inputs.</summary>
    /// <value>Positive. The default value is 1, the paper's.</value>
    public double LearningRate { get; init => field = Require.Positive(value); } = 1;

    /// <summary>Gets the momentum of the synthetic samples.</summary>
    /// <value>In [0, 1). The default value is 0.5, the paper's.</value>
    public double Momentum { get; init => field = Require.BelowOne(value); } = 0.5;

    /// <summary>Gets the transforms of which each step takes one, with the same draws for all real and synthetic samples.</summary>
    /// <value>Differentiable by the inputs, as those of this library are. The default value is empty: samples are embedded as they are.</value>
    public IReadOnlyList<SampleTransform> Augmentations { get; init => field = SiameseAugmentation.Checked(value, nameof(Augmentations)); } = [];

    /// <inheritdoc/>
    public TensorData Condense(LabeledSamples data, int samplesPerClass, int seed = 0, CancellationToken cancellationToken = default)
    {
        Require.Present(data);
        Require.Positive(samplesPerClass);
        (long Label, long[] Rows)[] classes = ClassRows.Of(data);
        using var gradients = torch.enable_grad();
        using SyntheticSet synthetic = SyntheticSet.Begin(Start, data, samplesPerClass, seed, cancellationToken);
        Func<Module<Tensor, Tensor>> make = Network ?? CondensationNetworks.Embedding(data);
        var real = new RealBatches(data, classes, RealBatchSize, seed);
        var augmentation = new SiameseAugmentation(Augmentations, data, seed);
        for (int step = 0; step < Steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            using Module<Tensor, Tensor> network = OriginalTraining.Make(make, unchecked((int)SplitMix64.Mix(seed, step)));
            network.eval();
            Tensor wanted = RealMeans(network, real, augmentation, step);
            Tensor embedded = network.call(augmentation.Apply(synthetic.Inputs, step)).flatten(1);
            Tensor means = Means(embedded, [.. synthetic.Classes.Select(kind => kind.Count)]);
            Tensor loss = (means - wanted).Square().sum();
            synthetic.Follow(torch.autograd.grad([loss], [synthetic.Inputs])[0], LearningRate, Momentum);
        }

        return synthetic.Take();
    }

    private static Tensor RealMeans(Module<Tensor, Tensor> network, RealBatches real, SiameseAugmentation augmentation, int step)
    {
        using var noGradient = torch.no_grad();
        (Tensor inputs, int[] counts) = real.OfAll(step);
        return Means(network.call(augmentation.Apply(inputs, step)).flatten(1), counts);
    }

    // The rows of each class are next to each other.
    private static Tensor Means(Tensor embedded, int[] counts) =>
        torch.stack([.. embedded.split([.. counts.Select(count => (long)count)]).Select(rows => rows.mean([0]))]);
}
