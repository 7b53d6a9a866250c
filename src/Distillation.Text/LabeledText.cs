namespace Distillation.Text;

/// <summary>A text with its label.</summary>
/// <param name="Text">The text.</param>
/// <param name="Label">The name of the label.</param>
public sealed record LabeledText(string Text, string Label);
