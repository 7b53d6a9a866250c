namespace Distillation.AI;

/// <summary>What a <see cref="LabelingVerdict"/> recommends.</summary>
public enum LabelingDecision
{
    /// <summary>Keep the language model: neither the student nor the cascade is shown to be as good within the margin.</summary>
    KeepLanguageModel,

    /// <summary>Use the cascade: it is shown to be as good within the margin, and the student alone is not.</summary>
    UseCascade,

    /// <summary>Replace the language model with the student, which is shown to be as good within the margin.</summary>
    ReplaceLanguageModel,
}
