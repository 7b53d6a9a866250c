using Distillation.Evaluation;

namespace Distillation.SmallData;

/// <summary>Fits the means of classes, of which the nearest one wins (Mensink et al., 2013): a teacher for a few samples a class and good features.</summary>
/// <remarks>
/// The scores are <c>−‖f(x) − μ_c‖²</c>, and the logits these over a temperature of the leave-one-out scores, for which the sample is taken out of its own
/// class's mean. A class without any other sample has the mean of all other samples then.
/// </remarks>
public sealed record NearestClassMeans : ITeacherFitter
{
    /// <inheritdoc/>
    public string Name { get; init => field = Require.Text(value); } = "nearest class means";

    /// <summary>Gets what is averaged of inputs [N, ...]: features [N, ...].</summary>
    /// <value><see cref="FeatureExtractor.Describe"/>, for example. The default value is <see langword="null"/>: the inputs themselves.</value>
    public Func<Tensor, Tensor>? FeatureMap { get; init; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are fewer than two samples, or a class has none.</exception>
    public FittedTeacher Fit(LabeledSamples data, int seed, CancellationToken cancellationToken = default)
    {
        Require.Present(data);
        cancellationToken.ThrowIfCancellationRequested();
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor labels = data.RequireLabels(Name);
        Tensor counts = labels.bincount(null, data.Classes).to(torch.ScalarType.Float64).unsqueeze(1);
        if (data.Count < 2 || counts.Eq(0).any().item<bool>())
        {
            throw new ArgumentException(
                $"There must be two samples at least, and one of each class, but {data.Count} samples have {counts.Gt(0).sum().item<long>()} "
                + $"of {data.Classes} classes.",
                nameof(data));
        }

        Tensor points = KernelRidgeTeacher.FeaturesOf(data.Inputs, FeatureMap);
        Tensor sums = torch.zeros([data.Classes, points.size(1)], points.dtype, points.device).IndexAddInPlace(0, labels, points);
        Tensor means = sums / counts;

        Tensor scores = RowArithmetic.SquaredDistances(points, means).neg();
        Tensor others = counts.index_select(0, labels).SubInPlace(1);
        Tensor rest = (points.sum(0, keepdim: true) - points).Div(data.Count - 1);
        Tensor ownMean = torch.where(others.Gt(0), (sums.index_select(0, labels) - points) / others.ClampMin(1), rest);
        scores.scatter_(1, labels.unsqueeze(1), (points - ownMean).Square().sum(1, keepdim: true).neg());

        double temperature = TemperatureScaling.Fit(scores, labels);
        return new FittedTeacher(new NearestClassMeansTeacher(FeatureMap, means, temperature), scores.DivInPlace(temperature));
    }
}
