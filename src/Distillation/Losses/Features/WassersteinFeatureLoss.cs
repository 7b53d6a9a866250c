using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// The Wasserstein distance of layers: each channel is a Gaussian over the places of a map, of which means and deviations are compared (WKD-F; Lv et al.,
/// 2024).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/(N · G²)) Σ (γ · (μ(s) − μ(t))² + (σ(s) − σ(t))²)</c> over samples, channels and the cells of a G×G grid, for maps s [N, C, H, W] of the student,
/// behind the connector, and t [N, C, H, W] of the teacher. μ is the mean over the places of a cell, and <c>σ = √(variance + ε)</c>, the unbiased one. With
/// γ = 1 it is the squared 2-Wasserstein distance of Gaussians with diagonal covariances.
/// </para>
/// <para>
/// The values are those of the authors' code: a sum over channels, and γ from 2 to 8; its weight is 0.08 with G = 1 and 0.3 with G = 4 on CIFAR-100. Cells are
/// those of an adaptive pooling, whose edges may overlap. A cell of one place has the deviation √ε.
/// </para>
/// </remarks>
public sealed class WassersteinFeatureLoss : FeatureLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer, a map.</param>
    /// <param name="teacher">The teacher's layer, a map of as many channels as the connector gives.</param>
    /// <param name="connector">
    /// What brings the student's map to the teacher's channels, such as <see cref="ConvolutionConnector"/>; nothing if not given.
    /// </param>
    public WassersteinFeatureLoss(Feature student, Feature teacher, Connector? connector = null)
        : base(student, teacher, connector)
    {
    }

    /// <summary>Gets γ: the weight of the means against the deviations.</summary>
    /// <value>Zero or positive. The default value is 4.</value>
    public double MeanWeight { get; init => field = Require.NotNegative(value); } = 4;

    /// <summary>Gets G: into how many cells height and width are divided.</summary>
    /// <value>Positive, and no more than the maps have places in a row. The default value is 1.</value>
    public int Grid { get; init => field = Require.Positive(value); } = 1;

    /// <summary>Gets ε: what is added to a variance.</summary>
    /// <value>Positive. The default value is 10⁻⁵.</value>
    public double Epsilon { get; init => field = Require.Positive(value); } = 1e-5;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), (nameof(MeanWeight), MeanWeight), (nameof(Grid), Grid), (nameof(Epsilon), Epsilon)];

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        FeatureShapes.RequireMapsOfSameChannels(student, teacher);
        (Tensor meanOfStudent, Tensor deviationOfStudent) = Moments(student);
        (Tensor meanOfTeacher, Tensor deviationOfTeacher) = Moments(teacher);
        return (meanOfStudent - meanOfTeacher).Square().sum().Mul(MeanWeight)
            .Add((deviationOfStudent - deviationOfTeacher).Square().sum())
            .Div((double)student.size(0) * Grid * Grid);
    }

    private (Tensor Mean, Tensor Deviation) Moments(Tensor map)
    {
        if (map.size(2) < Grid || map.size(3) < Grid)
        {
            throw new InvalidOperationException(
                $"{nameof(Grid)} must be at most the height and width of the maps, but is {Grid}, and a map is {Shapes.Of(map)}.");
        }

        // The variance is that of the differences from the mean of the whole map, which are small where the numbers are large.
        Tensor center = map.mean([2, 3], keepdim: true);
        Tensor centered = map - center;
        Tensor mean = functional.adaptive_avg_pool2d(centered, (Grid, Grid));
        Tensor square = functional.adaptive_avg_pool2d(centered.Square(), (Grid, Grid));
        Tensor unbiased = Unbiased(map.size(2), map.size(3)).to(map.dtype).to(map.device);
        return (mean.Add(center), ((square - mean.Square()).ClampMin(0) * unbiased).Add(Epsilon).sqrt());
    }

    // n/(n − 1) for the n places of each cell, [G, G]; 1 for a single place.
    private Tensor Unbiased(long height, long width)
    {
        double[] factors =
        [
            .. Enumerable.Range(0, Grid).SelectMany(row => Enumerable.Range(0, Grid).Select(column => Length(row, height) * Length(column, width)))
                .Select(places => places > 1 ? places / (places - 1) : 1),
        ];
        return torch.tensor(factors).view(Grid, Grid);
    }

    private double Length(long cell, long size) => Math.Ceiling((double)(cell + 1) * size / Grid) - Math.Floor((double)cell * size / Grid);
}
