namespace Distillation;

/// <summary>What a study found out.</summary>
public enum DistillationVerdict
{
    /// <summary>No difference is established: distillation brings nothing here that so many pairs show.</summary>
    NoDifference,

    /// <summary>Distillation makes the student better.</summary>
    Helps,

    /// <summary>Distillation makes the student worse.</summary>
    Harms,
}
