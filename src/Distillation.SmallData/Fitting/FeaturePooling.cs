using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>How the output of a layer becomes one vector a sample.</summary>
/// <remarks>
/// Maps [N, C, H, W] are pooled over their places H · W, and tokens [N, T, C] over T. Vectors [N, C] have nothing to pool, and stay as they are with every
/// pooling.
/// </remarks>
public sealed record FeaturePooling
{
    // That of Radenović et al.
    private const double LeastActivation = 1e-6;

    private readonly string _name;
    private readonly bool _overPlaces;
    private readonly Func<Tensor, Tensor> _apply;

    // Over places, what is applied gets [N, C, places]; otherwise maps or tokens as they are.
    private FeaturePooling(string name, bool overPlaces, Func<Tensor, Tensor> apply) => (_name, _overPlaces, _apply) = (name, overPlaces, apply);

    /// <summary>Gets the mean over all places: [N, C].</summary>
    public static FeaturePooling Average { get; } = new("average", overPlaces: true, places => places.mean([2]));

    /// <summary>Gets the largest value of all places: [N, C].</summary>
    public static FeaturePooling Max { get; } = new("max", overPlaces: true, places => places.amax([2]));

    /// <summary>Gets no pooling: all values of a sample as one vector, [N, C · H · W].</summary>
    public static FeaturePooling None { get; } = new("none", overPlaces: false, values => values.flatten(1));

    /// <summary>Creates the generalized mean (GeM; Radenović, Tolias and Chum, 2018): <c>(mean max(x, 1e-6)ᵖ)^(1/p)</c>, [N, C].</summary>
    /// <param name="power">
    /// p; positive. 1 is the mean of what is positive, and the larger it is, the closer it comes to the maximum. The default value is 3.
    /// </param>
    /// <returns>The pooling.</returns>
    public static FeaturePooling GeneralizedMean(double power = 3)
    {
        Require.Positive(power);
        return new(
            FormattableString.Invariant($"generalized mean {power:R}"),
            overPlaces: true,
            places => places.ClampMin(LeastActivation).Pow(power).mean([2]).Pow(1 / power));
    }

    /// <summary>Creates the means over a grid of cells, as PyTorch's <c>AdaptiveAvgPool2d</c> divides a map into them: [N, C · cells²].</summary>
    /// <param name="cells">The number of rows and of columns; positive. The default value is 2.</param>
    /// <returns>The pooling. It takes maps and vectors, and refuses tokens.</returns>
    public static FeaturePooling Grid(int cells = 2)
    {
        Require.Positive(cells);
        return new(
            FormattableString.Invariant($"average of {cells}x{cells} cells"),
            overPlaces: false,
            maps => maps.dim() == 4
                ? functional.adaptive_avg_pool2d(maps, [cells, cells]).flatten(1)
                : throw new ArgumentException($"A grid takes maps [N, C, H, W], but the layer outputs {Distillation.Shapes.Of(maps)}.", nameof(maps)));
    }

    /// <summary>Returns whether the other pooling computes the same.</summary>
    /// <param name="other">The other pooling.</param>
    /// <returns><see langword="true"/> for the same kind with the same number.</returns>
    public bool Equals(FeaturePooling? other) => other is not null && _name == other._name;

    /// <inheritdoc/>
    public override int GetHashCode() => _name.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => _name;

    /// <summary>Pools the output of a layer.</summary>
    /// <param name="values">[N, C], [N, T, C] or [N, C, H, W].</param>
    /// <returns>[N, D].</returns>
    public Tensor Apply(Tensor values)
    {
        Require.Present(values);
        return values.dim() switch
        {
            2 => values.alias(),
            3 => _apply(_overPlaces ? values.transpose(1, 2) : values),
            4 => _apply(_overPlaces ? values.flatten(2) : values),
            _ => throw new ArgumentException(
                $"A layer must output vectors [N, C], tokens [N, T, C] or maps [N, C, H, W], but outputs {Distillation.Shapes.Of(values)}.", nameof(values)),
        };
    }
}
