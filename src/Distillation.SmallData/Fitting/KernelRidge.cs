namespace Distillation.SmallData;

/// <summary>Fits a <see cref="KernelRidgeTeacher"/> in closed form. Kernel width, ridge and temperature are chosen by exact leave-one-out.</summary>
/// <remarks>
/// <para>
/// The leave-one-out score of sample i is <c>yᵢ − (G⁻¹Y)ᵢ / (G⁻¹)ᵢᵢ</c> with G = K + λI. The pair of width and ridge with the smallest negative log-likelihood
/// of the calibrated leave-one-out scores wins.
/// </para>
/// <para>
/// Targets of a regression are standardized, and the smallest mean squared error wins; there is no temperature. Several labels of 0 and 1 are fitted as −½ and
/// ½, and the scores over the temperature are their logits.
/// </para>
/// <para>
/// The work grows with the cube of the number of samples: seconds for 1 000, minutes for 10 000. Above <see cref="SelectionLimit"/> samples the choice is made
/// on that many of them.
/// </para>
/// </remarks>
public sealed record KernelRidge : ITeacherFitter
{
    /// <summary>The most samples that can be fitted: the kernel matrix of so many takes 800 MB.</summary>
    public const int MaximumSamples = 10_000;

    /// <summary>Gets linear ridge regression: the linear kernel, with ridges up to 1 000.</summary>
    public static KernelRidge Linear { get; } = new() { Name = "ridge regression", Bandwidths = [0], Ridges = [1e-2, 0.1, 1, 3, 10, 30, 100, 300, 1_000] };

    /// <summary>Gets what is fitted, for reports.</summary>
    public string Name { get; init => field = Require.Present(value); } = "kernel ridge";

    /// <summary>Gets what the kernel sees of inputs [N, ...]: features [N, ...]; the inputs themselves where there is none.</summary>
    /// <value>For images <see cref="HistogramOfGradients"/>; or a network without its head. The default value is <see langword="null"/>.</value>
    public Func<Tensor, Tensor>? FeatureMap { get; init; }

    /// <summary>
    /// Gets the kernel widths to choose from, as multiples of the median distance between two samples; 0 stands for the linear kernel xᵀy + 1.
    /// </summary>
    /// <value>Zero or positive, at least one. The default values are 0.25, 0.5, 1 and 2.</value>
    public IReadOnlyList<double> Bandwidths { get; init => field = AtLeastOne(value, nameof(Bandwidths), positive: false); } = [0.25, 0.5, 1, 2];

    /// <summary>Gets the ridges λ to choose from.</summary>
    /// <value>Positive, at least one. The default values go from 1e-4 to 10.</value>
    public IReadOnlyList<double> Ridges { get; init => field = AtLeastOne(value, nameof(Ridges), positive: true); } =
        [1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 3, 10];

    /// <summary>Gets on how many samples width and ridge are chosen.</summary>
    /// <value>Positive. The default value is 2 000.</value>
    public int SelectionLimit { get; init => field = Require.Positive(value); } = 2_000;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are more than <see cref="MaximumSamples"/> samples.</exception>
    public FittedTeacher Fit(LabeledSamples data, int seed, CancellationToken cancellationToken = default)
    {
        Require.Present(data);
        if (data.Count > MaximumSamples)
        {
            throw new ArgumentException($"Kernel ridge takes at most {MaximumSamples} samples, but there are {data.Count}. Fit it on a subset.", nameof(data));
        }

        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor points = KernelRidgeTeacher.FeaturesOf(data.Inputs, FeatureMap);
        (Tensor truth, Tensor targets, Tensor? mean, Tensor? deviation) = Centered(data);
        (KernelRidgeTeacher.Kernel kernel, double ridge) = Choose(points, targets, data.Rules, truth, seed, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        Tensor inverse = Inverse(kernel.Between(points, points), ridge);
        Tensor weights = inverse.matmul(targets);
        Tensor leftOut = targets - weights.div(inverse.diagonal().unsqueeze(1));
        double temperature = data.Rules.Temperature(leftOut, truth);
        torch.ScalarType precision = data.Inputs.dtype == torch.ScalarType.Float64 ? torch.ScalarType.Float64 : torch.ScalarType.Float32;
        if (deviation is not null)
        {
            weights.mul_(deviation);
            leftOut.mul_(deviation).AddInPlace(mean!);
        }

        var teacher = new KernelRidgeTeacher(FeatureMap, kernel, ridge, temperature, points.to(precision).clone(), weights, mean);
        return new FittedTeacher(teacher, leftOut.DivInPlace(temperature));
    }

    // What scores are compared with, what is fitted, and for targets what brings scores back to their units.
    private (Tensor Truth, Tensor Targets, Tensor? Mean, Tensor? Deviation) Centered(LabeledSamples data)
    {
        Tensor truth = data.RequireScored(Name);
        if (!data.Rules.IsRegression)
        {
            return (truth, data.Rules.IsClassification ? LeaveOneOut.Targets(truth, data.Classes) : truth.Sub(0.5), null, null);
        }

        Tensor mean = truth.mean([0]);
        Tensor deviation = truth.std([0], unbiased: false);
        deviation = torch.where(deviation.Gt(0), deviation, torch.ones_like(deviation));
        Tensor standardized = (truth - mean).div_(deviation);
        return (standardized, standardized, mean, deviation);
    }

    private static IReadOnlyList<double> AtLeastOne(IReadOnlyList<double> values, string name, bool positive)
    {
        Require.Positive(Require.Present(values, name).Count, name);
        return [.. values.Select(value => positive ? Require.Positive(value, name) : Require.NotNegative(value, name))];
    }

    private static Tensor Inverse(Tensor kernel, double ridge)
    {
        kernel.diagonal().AddInPlace(ridge);
        return torch.cholesky_inverse(torch.linalg.cholesky(kernel));
    }

    /// <summary>Draws the samples on which a choice is made, [S] int64; <see langword="null"/> where all of them are not too many.</summary>
    internal Tensor? DrawForSelection(long count, int seed, torch.Device device)
    {
        if (count <= SelectionLimit)
        {
            return null;
        }

        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(SplitMix64.Mix(seed, 1));
        return torch.randperm(count, torch.ScalarType.Int64, generator: generator).narrow(0, 0, SelectionLimit).to(device).MoveToOuterDisposeScope();
    }

    private (KernelRidgeTeacher.Kernel Kernel, double Ridge) Choose(
        Tensor points, Tensor targets, TaskRules rules, Tensor truth, int seed, CancellationToken cancellationToken)
    {
        using var scope = torch.NewDisposeScope();
        if (DrawForSelection(points.size(0), seed, points.device) is { } some)
        {
            (points, targets, truth) = (points.index_select(0, some), targets.index_select(0, some), truth.index_select(0, some));
        }

        Tensor first = points.narrow(0, 0, Math.Min(points.size(0), LeaveOneOut.MedianSamples));
        double median = LeaveOneOut.MedianDistance(RowArithmetic.SquaredDistances(first, first));
        (KernelRidgeTeacher.Kernel Kernel, double Ridge) best = default;
        double least = double.PositiveInfinity;
        foreach (double bandwidth in Bandwidths)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var inner = torch.NewDisposeScope();
            var kernel = new KernelRidgeTeacher.Kernel(bandwidth * median);
            (double ridge, double cost) = LeaveOneOut.Choose(
                kernel.Between(points, points), targets, leftOut => rules.CalibratedCost(leftOut, truth), Ridges);
            if (cost < least)
            {
                (best, least) = ((kernel, ridge), cost);
            }
        }

        return best;
    }
}
