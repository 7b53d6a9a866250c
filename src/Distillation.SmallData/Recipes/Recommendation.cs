namespace Distillation.SmallData;

/// <summary>What a <see cref="RecipeSearch"/> recommends.</summary>
public enum Recommendation
{
    /// <summary>No candidate is established to be better than the class frequencies: the samples are too few, or the inputs do not tell the classes.</summary>
    NothingBeatsChance,

    /// <summary>No candidate is established to be better than the plain original, trained with the weight decay that the search found.</summary>
    KeepPlain,

    /// <summary>
    /// The plain original has a better likelihood with its logits divided by the temperature that the search found; nothing else is better.
    /// </summary>
    CalibratePlain,

    /// <summary>A teacher, or a model of another family, is better than the original: it is the model to use.</summary>
    UseTeacher,

    /// <summary>A recipe makes the original better.</summary>
    UseRecipe,
}
