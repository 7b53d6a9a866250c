namespace Distillation.Losses;

/// <summary>What a <see cref="SparseTargetLoss"/> takes of the classes that the teacher's list leaves out.</summary>
public enum MissingProbability
{
    /// <summary>They have no probability: those of the listed classes are scaled to sum to 1.</summary>
    Renormalized,

    /// <summary>They are one class, "all others", of teacher and student alike: its probability is what the list lacks.</summary>
    OneBucket,
}
