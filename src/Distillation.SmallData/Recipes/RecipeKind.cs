namespace Distillation.SmallData;

/// <summary>What a recipe does, from the simplest on: of two that do equally well, the earlier one is taken.</summary>
public enum RecipeKind
{
    /// <summary>The original learns from the labeled samples alone.</summary>
    Plain,

    /// <summary>The original learns from new samples too, with the labels of the samples they were made of: data augmentation.</summary>
    AugmentationOnly,

    /// <summary>The original learns from new samples that a teacher has labeled.</summary>
    Distillation,

    /// <summary>There is no original: the teacher itself is the model.</summary>
    TeacherItself,
}
