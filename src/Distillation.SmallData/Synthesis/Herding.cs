namespace Distillation.SmallData;

/// <summary>Chooses the samples of a class whose mean stays nearest to the mean of the class: herding (Welling, 2009).</summary>
/// <remarks>
/// <para>
/// Sample k is <c>argmin ‖μ − (φ(x) + Σ_{j&lt;k} φ(xⱼ))/k‖</c> over the samples that are not chosen yet, for the mean μ of the features φ of the class. This is
/// the form of iCaRL (Rebuffi et al., 2017); Welling's own may choose a sample twice.
/// </para>
/// <para>Its work is one product of the features with a vector for each sample that is chosen.</para>
/// </remarks>
public sealed record Herding : CoresetSelection
{
    /// <inheritdoc/>
    public override string Name => "herding";

    /// <summary>Gets whether features are divided by their Euclidean length first, as iCaRL does.</summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool HasUnitFeatures { get; init; } = true;

    /// <inheritdoc/>
    protected override IReadOnlyList<int> Choose(Tensor features, int count)
    {
        Require.Present(features);
        using var scope = torch.NewDisposeScope();
        Tensor points = HasUnitFeatures ? features / features.Square().sum(1, keepdim: true).sqrt_().ClampMinInPlace(1e-12) : features.alias();
        Tensor lengths = points.Square().sum(1);
        Tensor mean = points.mean([0]);
        Tensor missing = torch.zeros_like(mean);
        var chosen = new List<int>();
        while (chosen.Count < count)
        {
            using var inner = torch.NewDisposeScope();

            // ‖k·μ − Σ − φ‖² but for what is the same for all: ‖φ‖² − 2·φ·(k·μ − Σ).
            missing.AddInPlace(mean);
            Tensor distances = lengths - points.matmul(missing).MulInPlace(2);
            int next = (int)distances.argmin().item<long>();
            chosen.Add(next);
            missing.sub_(points[next]);
            lengths[next].fill_(KeptAliveScalar.Of(double.PositiveInfinity));
        }

        return chosen;
    }
}
