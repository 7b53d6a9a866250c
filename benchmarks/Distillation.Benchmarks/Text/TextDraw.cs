using Distillation.Text;

namespace Distillation.Benchmarks.Text;

/// <summary>A draw of labeled, unlabeled and test texts, with the probabilities of a teacher that was fitted on the labeled ones.</summary>
internal sealed class TextDraw
{
    public TextDraw(LabeledText[] texts, float[][] vectors, TextStudyArguments arguments, int seed)
    {
        Seed = seed;
        Labels = [.. texts.Select(text => text.Label).Distinct().Order(StringComparer.Ordinal)];
        int[] order = [.. Enumerable.Range(0, texts.Length)];
        new Random(seed).Shuffle(order);
        int[] test = order[..arguments.Test];
        int[] labeled = [.. Labels.SelectMany(label => order[test.Length..].Where(text => texts[text].Label == label).Take(arguments.Labeled))];
        int[] unlabeled = [.. order[test.Length..].Except(labeled).Take(arguments.Unlabeled)];

        (Labeled, Test) = ([.. labeled.Select(text => texts[text])], [.. test.Select(text => texts[text])]);
        using var teacher = new EmbeddingRidge([.. labeled.Select(text => vectors[text])], [.. Labeled.Select(IdOf)], Labels.Length, seed);
        float[][] ofTest = teacher.Probabilities([.. test.Select(text => vectors[text])]);
        TeacherAccuracy = ofTest.Zip(Test).Average(one => Array.IndexOf(one.First, one.First.Max()) == IdOf(one.Second) ? 1 : 0);
        IEnumerable<float[]> certain = Labeled.Select(text => Labels.Select(label => label == text.Label ? 1f : 0f).ToArray());
        Probabilities = [.. certain, .. teacher.Probabilities([.. unlabeled.Select(text => vectors[text])])];
        Texts = [.. labeled.Concat(unlabeled).Select(text => texts[text].Text)];
    }

    public int Seed { get; }

    public string[] Labels { get; }

    public LabeledText[] Labeled { get; }

    public LabeledText[] Test { get; }

    public double TeacherAccuracy { get; }

    /// <summary>Gets the labeled texts and, behind them, the unlabeled ones.</summary>
    public string[] Texts { get; }

    /// <summary>Gets the probabilities of the labels for <see cref="Texts"/>: certain ones where a label is known, those of the teacher otherwise.</summary>
    public float[][] Probabilities { get; }

    private long IdOf(LabeledText text) => Array.IndexOf(Labels, text.Label);
}
