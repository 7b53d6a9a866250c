namespace Distillation.AI;

/// <summary>What a system is in a <see cref="LabelingVerdict"/>.</summary>
public enum LabelingRole
{
    /// <summary>The language model that labels texts now: the teacher.</summary>
    LanguageModel,

    /// <summary>The student, distilled from the language model.</summary>
    DistilledStudent,

    /// <summary>A model like the student, trained on human labels alone.</summary>
    StudentAlone,

    /// <summary>A classifier on embeddings.</summary>
    EmbeddingTeacher,

    /// <summary>The commonest class for every text; the verdict computes it.</summary>
    MajorityClass,

    /// <summary>The student where it is confident enough, else the language model; the verdict computes it.</summary>
    Cascade,
}
