using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>Synthesizes samples that give a network the gradients of the real samples (Zhao, Mopuri and Bilen, 2021).</summary>
/// <remarks>
/// <para>
/// For each of several random networks, and at each of some points of its training on the synthetic samples, it reduces the layer-wise cosine distance of the
/// gradients of the cross entropy of real and of synthetic samples, class by class, summed over the classes: <c>Σ_layers Σ_outputs (1 − cos)</c> over the
/// weights of each output unit or channel. Parameters of one dimension do not count. With <see cref="Augmentations"/> it is differentiable Siamese augmentation
/// (Zhao and Bilen, 2021). The synthetic samples begin as real ones; the authors' code begins with noise.
/// </para>
/// <para>
/// It differentiates gradients: every layer of the network must have a second derivative in libtorch. Networks are in evaluation mode. A step costs about two
/// forward and three backward passes.
/// </para>
/// </remarks>
public sealed record GradientMatching : IDataCondenser
{
    /// <inheritdoc/>
    public string Name => "gradient matching";

    /// <summary>Gets what the synthetic samples begin as.</summary>
    /// <value>The default value is a <see cref="RandomSubset"/>. <see cref="Herding"/> is often nearer to the goal.</value>
    public IDataCondenser Start { get; init => field = Require.Present(value); } = new RandomSubset();

    /// <summary>Gets how networks are made, from inputs to logits [N, C], with weights from libtorch's generator.</summary>
    /// <value>The default value is <see langword="null"/>: <see cref="CondensationNetworks.Classifier"/>.</value>
    public Func<Module<Tensor, Tensor>>? Network { get; init; }

    /// <summary>Gets the number of networks.</summary>
    /// <value>Positive. The default value is 50; the paper takes 1 000.</value>
    public int Networks { get; init => field = Require.Positive(value); } = 50;

    /// <summary>Gets how many times the synthetic samples follow the gradient for each network.</summary>
    /// <value>Positive. The default value is 10, the paper's for 10 samples a class; it takes 1 for one, and 50 for 50.</value>
    public int StepsPerNetwork { get; init => field = Require.Positive(value); } = 10;

    /// <summary>Gets how many updates on the synthetic samples the network makes between two of those steps.</summary>
    /// <value>Zero or positive. The default value is 10; the paper takes 50 for 10 samples a class.</value>
    public int NetworkUpdates { get; init => field = Require.NotNegative(value); } = 10;

    /// <summary>Gets the learning rate of the network, by plain gradient descent on all synthetic samples.</summary>
    /// <value>Positive. The default value is 0.01, the paper's.</value>
    public double NetworkLearningRate { get; init => field = Require.Positive(value); } = 0.01;

    /// <summary>Gets of how many real samples of each class the gradient of a step is.</summary>
    /// <value>Positive. The default value is 128; the paper takes 256.</value>
    public int RealBatchSize { get; init => field = Require.Positive(value); } = 128;

    /// <summary>Gets the learning rate of the synthetic samples, for inputs of variance 1: it is multiplied by the variance of the real inputs.</summary>
    /// <value>Positive. The default value is 0.1, the paper's.</value>
    public double LearningRate { get; init => field = Require.Positive(value); } = 0.1;

    /// <summary>Gets the momentum of the synthetic samples.</summary>
    /// <value>In [0, 1). The default value is 0.5, the paper's.</value>
    public double Momentum { get; init => field = Require.BelowOne(value); } = 0.5;

    /// <summary>Gets the transforms of which each step takes one, with the same draws for all real and synthetic samples.</summary>
    /// <value>Differentiable by the inputs, as those of this library are. The default value is empty: samples are taken as they are.</value>
    public IReadOnlyList<SampleTransform> Augmentations { get; init => field = SiameseAugmentation.Checked(value, nameof(Augmentations)); } = [];

    /// <inheritdoc/>
    public TensorData Condense(LabeledSamples data, int samplesPerClass, int seed = 0, CancellationToken cancellationToken = default)
    {
        Require.Present(data);
        Require.Positive(samplesPerClass);
        (long Label, long[] Rows)[] classes = ClassRows.Of(data);
        using var gradients = torch.enable_grad();
        using SyntheticSet synthetic = SyntheticSet.Begin(Start, data, samplesPerClass, seed, cancellationToken);
        Func<Module<Tensor, Tensor>> make = Network ?? CondensationNetworks.Classifier(data);
        var real = new RealBatches(data, classes, RealBatchSize, seed);
        var augmentation = new SiameseAugmentation(Augmentations, data, seed);
        for (int number = 0; number < Networks; number++)
        {
            using var scope = torch.NewDisposeScope();
            using Module<Tensor, Tensor> network = OriginalTraining.Make(make, unchecked((int)SplitMix64.Mix(seed, number)));
            network.eval();
            Tensor[] weights = [.. network.parameters().Where(parameter => parameter.requires_grad)];
            for (int inner = 0; inner < StepsPerNetwork; inner++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int step = (number * StepsPerNetwork) + inner;
                Match(network, weights, synthetic, real, augmentation, step);
                if (inner + 1 < StepsPerNetwork)
                {
                    Train(network, weights, synthetic, augmentation, step);
                }
            }
        }

        return synthetic.Take();
    }

    private static Tensor Loss(Module<Tensor, Tensor> network, Tensor inputs, Tensor labels) => functional.cross_entropy(network.call(inputs), labels);

    // The distances of the classes are summed, and so are their gradients: one graph at a time is in memory.
    private void Match(
        Module<Tensor, Tensor> network, Tensor[] weights, SyntheticSet synthetic, RealBatches real, SiameseAugmentation augmentation, int step)
    {
        using var scope = torch.NewDisposeScope();
        Tensor sum = torch.zeros_like(synthetic.Inputs, requires_grad: false);
        foreach ((int number, (int start, int count)) in synthetic.Classes.Index())
        {
            using var inner = torch.NewDisposeScope();
            Tensor examples = augmentation.Apply(real.OfClass(number, step), step);
            Tensor label = synthetic.Labels.narrow(0, start, 1);
            IList<Tensor> wanted = torch.autograd.grad([Loss(network, examples, label.expand(examples.size(0)))], weights);
            Tensor inputs = augmentation.Apply(synthetic.Inputs.narrow(0, start, count), step);
            IList<Tensor> found = torch.autograd.grad([Loss(network, inputs, label.expand(count))], weights, retain_graph: true, create_graph: true);
            Tensor distance = GradientDistance.Of([.. found], [.. wanted]);
            sum.add_(torch.autograd.grad([distance], [synthetic.Inputs])[0], KeptAliveScalar.One);
        }

        synthetic.Follow(sum, LearningRate, Momentum);
    }

    private void Train(Module<Tensor, Tensor> network, Tensor[] weights, SyntheticSet synthetic, SiameseAugmentation augmentation, int step)
    {
        for (int update = 0; update < NetworkUpdates; update++)
        {
            using var scope = torch.NewDisposeScope();
            Tensor inputs = augmentation.Apply(synthetic.Inputs.detach(), unchecked((step * NetworkUpdates) + update));
            IList<Tensor> changes = torch.autograd.grad([Loss(network, inputs, synthetic.Labels)], weights);
            using var noGradient = torch.no_grad();
            for (int i = 0; i < weights.Length; i++)
            {
                weights[i].AddInPlace(changes[i], -NetworkLearningRate);
            }
        }
    }
}
