namespace Distillation.SmallData;

/// <summary>A linear model: logits <c>x·W + b</c> of the features of inputs [N, ...].</summary>
internal sealed class LinearTeacher : ITeacher
{
    private readonly Func<Tensor, Tensor>? _map;

    /// <summary>Takes the weights over.</summary>
    /// <param name="map">What the model sees of inputs; the inputs themselves where there is none.</param>
    /// <param name="weights">W, [D, C] float64.</param>
    /// <param name="intercepts">b, [C] float64.</param>
    public LinearTeacher(Func<Tensor, Tensor>? map, Tensor weights, Tensor intercepts)
    {
        _map = map;
        Weights = weights.DetachFromDisposeScope();
        Intercepts = intercepts.DetachFromDisposeScope();
    }

    public Tensor Weights { get; }

    public Tensor Intercepts { get; }

    public IReadOnlyCollection<Feature> AvailableFeatures => [];

    public bool AcceptsRepeatedSamples => true;

    public ModelOutput Predict(Batch batch, FeatureSet features)
    {
        Require.Present(batch);
        if (Require.Present(features).Count > 0)
        {
            throw new ArgumentException($"A linear teacher has no inner layers, and cannot return {features}.", nameof(features));
        }

        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor points = KernelRidgeTeacher.FeaturesOf(batch.Inputs, _map).to(Weights.device);
        if (points.size(1) != Weights.size(0))
        {
            throw new InvalidOperationException(
                $"The teacher was fitted on samples of {Weights.size(0)} features, but the batch {Distillation.Shapes.Of(batch.Inputs)} has {points.size(1)}.");
        }

        Tensor logits = points.matmul(Weights).AddInPlace(Intercepts).to(batch.Inputs.device);
        return new ModelOutput((torch.is_floating_point(batch.Inputs) ? logits.to(batch.Inputs.dtype) : logits).MoveToOuterDisposeScope());
    }

    public void Dispose()
    {
        Weights.Dispose();
        Intercepts.Dispose();
    }
}
