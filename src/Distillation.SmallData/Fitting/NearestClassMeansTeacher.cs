namespace Distillation.SmallData;

/// <summary>Means of classes as a teacher; made by <see cref="NearestClassMeans"/>.</summary>
internal sealed class NearestClassMeansTeacher : ITeacher
{
    private readonly Func<Tensor, Tensor>? _map;
    private readonly Tensor _means;
    private readonly double _temperature;

    public NearestClassMeansTeacher(Func<Tensor, Tensor>? map, Tensor means, double temperature)
    {
        (_map, _temperature) = (map, temperature);
        _means = means.DetachFromDisposeScope();
    }

    public IReadOnlyCollection<Feature> AvailableFeatures => [];

    public bool AcceptsRepeatedSamples => true;

    public ModelOutput Predict(Batch batch, FeatureSet features)
    {
        Require.Present(batch);
        if (Require.Present(features).Count > 0)
        {
            throw new ArgumentException($"Class means have no inner layers, and cannot give {features}.", nameof(features));
        }

        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor points = KernelRidgeTeacher.FeaturesOf(batch.Inputs, _map);
        if (points.size(1) != _means.size(1))
        {
            throw new InvalidOperationException(
                $"The teacher was fitted on samples of {_means.size(1)} features, but the batch {Shapes.Of(batch.Inputs)} has {points.size(1)}.");
        }

        Tensor logits = RowArithmetic.SquaredDistances(points, _means.to(points.device)).DivInPlace(-_temperature);
        return new ModelOutput((torch.is_floating_point(batch.Inputs) ? logits.to(batch.Inputs.dtype) : logits).MoveToOuterDisposeScope());
    }

    public void Dispose() => _means.Dispose();
}
