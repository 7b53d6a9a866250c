namespace Distillation.AI;

/// <summary>The form in which a student's label stands in a response.</summary>
public enum CascadeAnswerForm
{
    /// <summary>The label alone.</summary>
    Plain,

    /// <summary>A JSON object with the label as its one property, such as <c>{"label":"spam"}</c>.</summary>
    Json,
}
