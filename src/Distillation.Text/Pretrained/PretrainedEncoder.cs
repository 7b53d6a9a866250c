using System.Globalization;

namespace Distillation.Text;

/// <summary>An encoder with the weights of a checkpoint, and what else the checkpoint had.</summary>
public sealed record PretrainedEncoder
{
    private const int MostNames = 10;

    /// <summary>Gets the encoder, in evaluation mode on the CPU; the caller disposes it.</summary>
    public required TransformerTextEncoder Encoder { get; init; }

    /// <summary>Gets what stands before the names of the tensors in the file, such as <c>bert.</c>; empty where nothing does.</summary>
    public required string Prefix { get; init; }

    /// <summary>Gets the names of the tensors in the file that the encoder does not have, such as those of a pooler or a head.</summary>
    public required IReadOnlyList<string> PassedOver { get; init; }

    /// <summary>Describes what was loaded and what was not.</summary>
    /// <returns>Three lines, with the first ten names that were passed over.</returns>
    public string Describe()
    {
        TransformerEncoderOptions options = Encoder.Options;
        double millions = Encoder.parameters().Sum(parameter => parameter.numel()) / 1e6;
        string names = string.Join(", ", PassedOver.Take(MostNames));
        string more = PassedOver.Count > MostNames ? $" and {PassedOver.Count - MostNames} more" : string.Empty;
        return string.Join(
            Environment.NewLine,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Layers: {options.Layers} of width {options.HiddenSize}, with {options.Heads} heads; {options.VocabularySize} token ids."),
            string.Create(CultureInfo.InvariantCulture, $"Parameters: {millions:G4} million; prefix of their names: '{Prefix}'."),
            PassedOver.Count == 0 ? "Passed over: nothing." : $"Passed over: {names}{more}.");
    }
}
