namespace Distillation.Training;

/// <summary>What a teacher's output becomes as the label of a sample without one.</summary>
public enum PseudoLabel
{
    /// <summary>The teacher's probabilities.</summary>
    Soft,

    /// <summary>The teacher's likeliest class.</summary>
    Hard,
}
