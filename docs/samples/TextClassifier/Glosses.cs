using Distillation.Text;

namespace GlossClassifier;

/// <summary>Definitions of nouns from WordNet 3.0, each with its lexicographer file as the label: see <c>Data/LICENSE.txt</c>.</summary>
internal static class Glosses
{
    /// <summary>The directory of the data, beside the program.</summary>
    public static string DataDirectory { get; } = Path.Combine(AppContext.BaseDirectory, "Data");

    /// <summary>Gets 200 texts with labels of people: twenty for each label.</summary>
    public static LabeledText[] Labeled => [.. JsonLines.ReadLabeled(Path.Combine(DataDirectory, "labeled.jsonl"))];

    /// <summary>Gets 4 500 texts without labels.</summary>
    public static string[] Unlabeled => [.. JsonLines.ReadTexts(Path.Combine(DataDirectory, "unlabeled.jsonl"))];

    /// <summary>Gets 1 500 texts with labels of people, for the verdict.</summary>
    public static LabeledText[] Test => [.. JsonLines.ReadLabeled(Path.Combine(DataDirectory, "test.jsonl"))];
}
