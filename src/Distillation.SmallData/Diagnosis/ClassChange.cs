namespace Distillation.SmallData;

/// <summary>How much of a class a model finds before and after.</summary>
public sealed record ClassChange
{
    /// <summary>Gets the class id.</summary>
    public required long Label { get; init; }

    /// <summary>Gets the number of test samples with that label; positive.</summary>
    public required long Samples { get; init; }

    /// <summary>Gets the share of them that the plain original finds (recall), in [0, 1].</summary>
    public required double Before { get; init; }

    /// <summary>Gets the share of them that the final model finds, in [0, 1].</summary>
    public required double After { get; init; }

    /// <summary>Describes the change.</summary>
    /// <returns>A sentence, with 4 significant digits.</returns>
    public string Describe() => $"Class {Label}, {Samples} samples: recall {Brief.Of(Before)} before, {Brief.Of(After)} after.";

    /// <inheritdoc/>
    public override string ToString() =>
        Brief.Of(nameof(ClassChange), (nameof(Label), Label), (nameof(Samples), Samples), (nameof(Before), Before), (nameof(After), After));
}
