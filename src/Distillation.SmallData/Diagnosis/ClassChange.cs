namespace Distillation.SmallData;

/// <summary>How much of a class a model finds before and after.</summary>
/// <param name="Label">The class id.</param>
/// <param name="Samples">The number of test samples with that label; positive.</param>
/// <param name="Before">The share of them that the plain original finds (recall), in [0, 1].</param>
/// <param name="After">The share of them that the final model finds, in [0, 1].</param>
public sealed record ClassChange(int Label, long Samples, double Before, double After)
{
    /// <inheritdoc/>
    public override string ToString() =>
        Brief.Of(nameof(ClassChange), (nameof(Label), Label), (nameof(Samples), Samples), (nameof(Before), Before), (nameof(After), After));
}
