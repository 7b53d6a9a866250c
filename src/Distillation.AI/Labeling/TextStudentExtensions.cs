using Distillation.Text;

namespace Distillation.AI;

/// <summary>Makes data of labeled texts at <see cref="TextStudent"/>.</summary>
public static class TextStudentExtensions
{
    /// <summary>Makes data of the texts that a model labeled, with its probabilities as labels. Texts without an answer are left out.</summary>
    /// <param name="student">The student, with the same labels in the same order.</param>
    /// <param name="labeled">The texts; at least one has an answer.</param>
    /// <returns>The data, with probabilities [N, C].</returns>
    /// <exception cref="ArgumentException">The labels are not those of the student, or no text has an answer.</exception>
    public static TextData Encode(this TextStudent student, LabeledTexts labeled)
    {
        Require.Present(student);
        Require.Present(labeled);
        return labeled.Labels.SequenceEqual(student.Labels)
            ? student.Encode(labeled.Answered.Select(text => labeled.Texts[text]), labeled.Probabilities)
            : throw new ArgumentException(
                $"The labels must be those of the student, {string.Join(", ", student.Labels)}, but are {string.Join(", ", labeled.Labels)}.",
                nameof(labeled));
    }
}
