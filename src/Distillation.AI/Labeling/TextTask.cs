using Distillation.Text;

namespace Distillation.AI;

/// <summary>What is to be decided about texts: a description, the labels, and examples.</summary>
public sealed record TextTask
{
    /// <summary>Gets what is to be decided, in words for the model, such as <c>Which department must answer this letter?</c>.</summary>
    public required string Description { get; init => field = Require.Text(value); }

    /// <summary>Gets the labels, in the order of probabilities.</summary>
    /// <value>Two or more; no two names are equal, ignoring case and surrounding spaces. They contain the labels of <see cref="Examples"/>.</value>
    public required IReadOnlyList<TextLabel> Labels
    {
        get;
        init
        {
            TextLabel[] labels = [.. Require.Present(value)];
            RequireDistinct(labels, nameof(Labels));
            RequireKnown(labels, Examples, nameof(Examples));
            field = labels;
        }
    }

    /// <summary>Gets labeled texts that every prompt shows.</summary>
    /// <value>The default value is empty. Their labels are names of <see cref="Labels"/>.</value>
    public IReadOnlyList<LabeledText> Examples
    {
        get;
        init
        {
            LabeledText[] examples = [.. Require.Present(value)];
            if (Labels is not null)
            {
                RequireKnown(Labels, examples, nameof(Examples));
            }

            field = examples;
        }
    } = [];

    /// <summary>Gets the names of the labels, in their order.</summary>
    /// <summary>Gets the names of the labels, in their order.</summary>
    public IReadOnlyList<string> Names => [.. Labels.Select(label => label.Name)];

    /// <summary>Returns the place of a label, ignoring case and surrounding spaces; −1 if there is none.</summary>
    internal int IndexOf(string label)
    {
        for (int i = 0; i < Labels.Count; i++)
        {
            if (string.Equals(Labels[i].Name.Trim(), label.Trim(), StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    private static void RequireDistinct(TextLabel[] labels, string argument)
    {
        if (labels.Length < 2)
        {
            throw new ArgumentException($"There must be 2 labels or more, but there are {labels.Length}.", argument);
        }

        string[] names = [.. labels.Select(label => Require.Present(label, argument).Name.Trim())];
        if (names.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(same => same.Count() > 1) is { } repeated)
        {
            throw new ArgumentException($"Names of labels must differ, ignoring case, but {repeated.Count()} are '{repeated.Key}'.", argument);
        }
    }

    private static void RequireKnown(IReadOnlyList<TextLabel> labels, IReadOnlyList<LabeledText> examples, string argument)
    {
        foreach (LabeledText example in examples)
        {
            Require.Text(Require.Present(example, argument).Text, argument);
            if (!labels.Any(label => label.Name == example.Label))
            {
                throw new ArgumentException(
                    $"The label '{example.Label}' of the example '{example.Text}' must be one of {string.Join(", ", labels.Select(label => label.Name))}.",
                    argument);
            }
        }
    }
}
