namespace Distillation.Training;

/// <summary>What the students of a <see cref="MutualScheme"/> learn from.</summary>
public enum MutualTarget
{
    /// <summary>Each learns from the others: from the single other one, or from the mean of the others.</summary>
    Others,

    /// <summary>
    /// All learn from the minimum of their logits relative to that of the label: <c>t_c = minₖ (zₖ,c − zₖ,y)</c>. It needs class ids as labels.
    /// </summary>
    MinLogit,
}
