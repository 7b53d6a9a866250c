namespace Distillation.Testing;

/// <summary>What a loss is checked on. The defaults serve losses on logits [N, C] with class ids, and on layers that are maps [N, 4, 4, 4].</summary>
public sealed record LossCheckOptions
{
    private static readonly long[] Map = [4, 4, 4];

    /// <summary>Gets a function for <see cref="Labels"/> that returns no labels, for a loss that learns from the teacher alone.</summary>
    public static Func<long, long, Tensor?> NoLabels { get; } = static (_, _) => null;

    /// <summary>Gets the number of samples, N.</summary>
    /// <value>At least 2. The default value is 6.</value>
    public long Samples { get; init => field = Require.InRange(value, 2, long.MaxValue); } = 6;

    /// <summary>Gets the number of classes, C.</summary>
    /// <value>At least 2. The default value is 4.</value>
    public long Classes { get; init => field = Require.InRange(value, 2, long.MaxValue); } = 4;

    /// <summary>
    /// Gets the places of a sample: one number T for sequences with logits [N, T, C], two numbers H and W for dense predictions [N, C, H, W].
    /// </summary>
    /// <value>At most two positive numbers. The default value is none: logits [N, C].</value>
    /// <exception cref="ArgumentException">There are more than two numbers.</exception>
    public IReadOnlyList<long> Places
    {
        get;
        init
        {
            field = [.. Require.Present(value).Select(size => Require.Positive(size, nameof(Places)))];
            if (field.Count > 2)
            {
                throw new ArgumentException($"{nameof(Places)} must have at most two numbers, but has {field.Count}.", nameof(value));
            }
        }
    }

        = [];

    /// <summary>Gets the shapes of layers of the student, without the dimension of the samples.</summary>
    /// <value>The default value is empty. A layer that the loss reads and that is not here is [4, 4, 4].</value>
    public IReadOnlyDictionary<Feature, long[]> StudentLayers { get; init => field = Require.Present(value); } = new Dictionary<Feature, long[]>();

    /// <summary>Gets the shapes of layers of the teacher, without the dimension of the samples.</summary>
    /// <value>The default value is empty. A layer that the loss reads and that is not here is [4, 4, 4].</value>
    public IReadOnlyDictionary<Feature, long[]> TeacherLayers { get; init => field = Require.Present(value); } = new Dictionary<Feature, long[]>();

    /// <summary>Gets the function that creates the labels of N samples and C classes; the same ones at each call.</summary>
    /// <value>The default value is <see langword="null"/>: class ids, [N] or one for each place. <see cref="NoLabels"/> gives none.</value>
    public Func<long, long, Tensor?>? Labels { get; init; }

    /// <summary>Gets the function that wraps the teacher of random outputs, for a loss that reads what a wrapper adds to them.</summary>
    /// <value>The default value is <see langword="null"/>: the teacher has random logits and layers.</value>
    public Func<ITeacher, ITeacher>? WrapTeacher { get; init; }

    /// <summary>Gets whether the parameters of the loss go up where the loss goes down, as those of an adversary do.</summary>
    /// <value>The default value is <see langword="false"/>: their gradient is that of the loss.</value>
    public bool IsAdversarial { get; init; }

    /// <summary>Gets the number of samples on which float32 is compared with float64.</summary>
    /// <value>Positive, or <see langword="null"/>: <see cref="Samples"/>. The default value is <see langword="null"/>.</value>
    public long? Float32Samples { get; init => field = value is { } samples ? Require.Positive(samples) : null; }

    /// <summary>Gets the step of finite differences at the outputs of the student.</summary>
    /// <value>Positive. The default value is 1e-6.</value>
    public double OutputStep { get; init => field = Require.Positive(value); } = 1e-6;

    /// <summary>Gets the step of finite differences at the parameters of the loss, where they are float64; in float32 it is at least 1e-3.</summary>
    /// <value>Positive. The default value is 1e-6.</value>
    public double ParameterStep { get; init => field = Require.Positive(value); } = 1e-6;

    /// <summary>Gets how far a gradient may be from finite differences, relative to the largest of them.</summary>
    /// <value>Positive. The default value is 1e-6. For parameters in float32 it is at least 1e-3.</value>
    public double GradientTolerance { get; init => field = Require.Positive(value); } = 1e-6;

    /// <summary>Gets how far the closed form may be from the graph in float64, relative to the largest number.</summary>
    /// <value>Positive. The default value is 1e-12.</value>
    public double ClosedFormTolerance { get; init => field = Require.Positive(value); } = 1e-12;

    /// <summary>Gets how far the closed form may be from the graph in float32, relative to the largest number.</summary>
    /// <value>Positive. The default value is 1e-6.</value>
    public double Float32ClosedFormTolerance { get; init => field = Require.Positive(value); } = 1e-6;

    /// <summary>Gets how far value and gradient in float32 may be from those in float64, relative to the largest number.</summary>
    /// <value>Positive. The default value is 1e-5.</value>
    public double Float32Tolerance { get; init => field = Require.Positive(value); } = 1e-5;

    /// <summary>Gets how far the mean of the values of parts may be from the value of the batch, relative to it.</summary>
    /// <value>Positive. The default value is 1e-12.</value>
    public double PartsTolerance { get; init => field = Require.Positive(value); } = 1e-12;

    /// <summary>Gets the seed of the outputs, the labels and libtorch's generator.</summary>
    /// <value>Zero or positive. The default value is 1.</value>
    public int Seed { get; init => field = Require.NotNegative(value); } = 1;

    /// <summary>Gets the checks to skip: their names, each with the reason, which <see cref="Check.SkipReason"/> has.</summary>
    /// <value>The default value is empty.</value>
    public IReadOnlyDictionary<string, string> Skip { get; init => field = Require.Present(value); } = new Dictionary<string, string>();

    internal long[] ShapeOfLogits(long samples, long classes) =>
        Places.Count == 2 ? [samples, classes, .. Places] : [samples, .. Places, classes];

    internal static long[] ShapeOfLayer(IReadOnlyDictionary<Feature, long[]> layers, Feature feature, long samples) =>
        [samples, .. layers.GetValueOrDefault(feature, Map)];
}
