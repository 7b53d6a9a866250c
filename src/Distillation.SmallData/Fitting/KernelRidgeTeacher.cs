namespace Distillation.SmallData;

/// <summary>Kernel ridge regression: a teacher of another family than networks, fitted in closed form.</summary>
/// <remarks>
/// <para>
/// <c>f(x) = k(x, X) · (K + λI)⁻¹ · (Y − 1/C)</c>, for the training inputs X, [M, D], their one-hot labels Y, [M, C], and the kernel matrix K, [M, M]; the
/// logits are f/τ. Several labels less ½ take the place of Y − 1/C, and of a regression the targets less their mean, which is added to f, with τ = 1.
/// </para>
/// <para>Distances to X are taken in the precision of the samples it was fitted on, at least float32; all else in float64.</para>
/// <para>It is made by <see cref="KernelRidge"/>, which chooses kernel width, λ and τ by exact leave-one-out.</para>
/// </remarks>
public sealed class KernelRidgeTeacher : ITeacher
{
    private readonly Func<Tensor, Tensor>? _map;
    private readonly Kernel _kernel;
    private readonly Tensor _points;
    private readonly Tensor _weights;
    private readonly Tensor? _mean;

    internal KernelRidgeTeacher(
        Func<Tensor, Tensor>? map, Kernel kernel, double ridge, double temperature, Tensor points, Tensor weights, Tensor? mean = null)
    {
        _map = map;
        _kernel = kernel;
        Ridge = ridge;
        Temperature = temperature;
        _points = points.DetachFromDisposeScope();
        _weights = weights.DetachFromDisposeScope();
        _mean = mean?.DetachFromDisposeScope();
    }

    /// <summary>Gets the width of the Gaussian kernel, in the unit of the features; 0 of a linear one.</summary>
    public double Bandwidth => _kernel.Bandwidth;

    /// <summary>Gets λ.</summary>
    public double Ridge { get; }

    /// <summary>Gets τ, by which the outputs are divided to become logits.</summary>
    public double Temperature { get; }

    /// <inheritdoc/>
    public IReadOnlyCollection<Feature> AvailableFeatures => [];

    /// <inheritdoc/>
    public bool AcceptsRepeatedSamples => true;

    /// <inheritdoc/>
    public ModelOutput Predict(Batch batch, FeatureSet features)
    {
        Require.Present(batch);
        if (Require.Present(features).Count > 0)
        {
            throw new ArgumentException($"A kernel ridge teacher has no inner layers, and cannot give {features}.", nameof(features));
        }

        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor points = FeaturesOf(batch.Inputs, _map, _points.dtype);
        if (points.size(1) != _points.size(1))
        {
            throw new InvalidOperationException(
                $"The teacher was fitted on samples of {_points.size(1)} features, but the batch {Shapes.Of(batch.Inputs)} has {points.size(1)}.");
        }

        Tensor scores = _kernel.Between(points.to(_points.device), _points).to(torch.ScalarType.Float64).matmul(_weights).DivInPlace(Temperature);
        scores = _mean is null ? scores : scores.AddInPlace(_mean);
        Tensor logits = scores.to(batch.Inputs.device);
        return new ModelOutput((torch.is_floating_point(batch.Inputs) ? logits.to(batch.Inputs.dtype) : logits).MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _points.Dispose();
        _weights.Dispose();
        _mean?.Dispose();
    }

    /// <summary>Inputs as rows of features, [N, D].</summary>
    internal static Tensor FeaturesOf(Tensor inputs, Func<Tensor, Tensor>? map, torch.ScalarType dtype = torch.ScalarType.Float64) =>
        (map is null ? inputs : map(inputs)).flatten(1).to(dtype);

    /// <summary>A kernel: exp(−‖x − y‖²/(2σ²)), or xᵀy + 1 where σ is 0: the 1 is the intercept.</summary>
    internal readonly record struct Kernel(double Bandwidth)
    {
        public Tensor Between(Tensor left, Tensor right) => Bandwidth == 0
            ? left.matmul(right.t()).AddInPlace(1)
            : RowArithmetic.SquaredDistances(left, right).MulInPlace(-0.5 / (Bandwidth * Bandwidth)).exp_();

        /// <summary>The kernel of points whose inner products and squared distances are known, [M, M] each.</summary>
        public Tensor Of(Tensor products, Tensor squaredDistances) =>
            Bandwidth == 0 ? products.Add(1) : squaredDistances.Mul(-0.5 / (Bandwidth * Bandwidth)).exp_();
    }
}
