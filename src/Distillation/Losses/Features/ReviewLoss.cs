using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// Knowledge review: each layer of the teacher is taught to the student's layer and all deeper ones together (ReviewKD; Chen et al., CVPR 2021).
/// </summary>
/// <remarks>
/// <para>
/// From the deepest pair to the shallowest, the student's layer is brought to a common width (1×1 convolution, batch norm) and fused with what comes from below
/// it: <c>x · σ(a₁) + y · σ(a₂)</c>, where y is the deeper result at the size of x (nearest), and the attention maps a are a 1×1 convolution of both. The
/// result goes on to the next pair, and through a 3×3 convolution and batch norm to the teacher's shape; there <see cref="HierarchicalContextLoss"/> compares
/// it.
/// </para>
/// <para>
/// The layers are maps [N, C, H, W] of any shapes; [N, C] is a map of one place, such as the features before the classifier, which are the paper's deepest
/// pair. As in the authors' code and mdistiller, which raise the weight of the loss from 0 over the first epochs. The loss is a sum over the pairs.
/// </para>
/// </remarks>
public sealed class ReviewLoss : IDistillationLoss
{
    private const long WidestCommon = 512;

    private readonly LayerPair[] _pairs;
    private ReviewFusion[]? _fusions;

    /// <summary>Creates the loss.</summary>
    /// <param name="pairs">The pairs of layers from shallow to deep, one or more.</param>
    public ReviewLoss(params IReadOnlyList<LayerPair> pairs)
    {
        _pairs = LayerPair.AtLeast(1, pairs);
        Features = LayerPair.Demand(_pairs);
    }

    /// <summary>Gets the common width of the student's layers.</summary>
    /// <value>Positive; <see langword="null"/>, the default value, is the width of the student's deepest layer, at most 512.</value>
    public long? Width { get; init => field = value is { } width ? Require.Positive(width) : null; }

    /// <inheritdoc/>
    public RequiredFeatures Features { get; }

    /// <inheritdoc/>
    /// <value>The fusions in the order of the pairs, once <see cref="Prepare"/> has made them.</value>
    public Module? Module { get; private set; }

    /// <inheritdoc/>
    public IEnumerable<(string Name, object? Value)> Describe() => [("Pairs", _pairs), (nameof(Width), Width)];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The layers of a pair are not maps of the same samples, or the loss has not seen a batch.</exception>
    public Tensor Compute(DistillationContext context)
    {
        ReviewFusion[] fusions = _fusions
            ?? throw new InvalidOperationException($"The fusions are sized by the first batch: call {nameof(Prepare)} before {nameof(Compute)}.");
        Tensor? deeper = null;
        Tensor? sum = null;
        for (int i = _pairs.Length - 1; i >= 0; i--)
        {
            (Tensor student, Tensor teacher) = Layers(_pairs[i], context);
            (Tensor result, deeper) = fusions[i].call(student, deeper, teacher);
            Tensor one = HierarchicalContextLoss.Compare(result, teacher);
            sum = sum is null ? one : sum.Add(one);
        }

        return sum!;
    }

    /// <inheritdoc/>
    public void Prepare(DistillationContext sample)
    {
        if (_fusions is null)
        {
            (Tensor Student, Tensor Teacher)[] layers = [.. _pairs.Select(pair => Layers(pair, sample))];
            _fusions = Fuse(layers);
            Module = new ModuleGroup(_fusions);
            Module.to(layers[0].Student.dtype);
            Module.to(layers[0].Student.device);
        }
    }

    private ReviewFusion[] Fuse((Tensor Student, Tensor Teacher)[] layers)
    {
        long width = Width ?? Math.Min(WidestCommon, layers[^1].Student.size(1));
        return [.. layers.Select((layer, i) => new ReviewFusion(layer.Student.size(1), width, layer.Teacher.size(1), fuses: i < layers.Length - 1))];
    }

    private static (Tensor Student, Tensor Teacher) Layers(LayerPair pair, DistillationContext context)
    {
        (Tensor student, Tensor teacher) = pair.Of(context);
        (student, teacher) = (FeatureMaps.Of(student), FeatureMaps.Of(teacher));
        FeatureShapes.RequireMaps(student, teacher);
        return (student, teacher);
    }
}
