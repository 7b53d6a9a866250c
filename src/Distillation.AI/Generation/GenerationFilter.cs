using Distillation.Text;

namespace Distillation.AI;

/// <summary>The texts of one generation: which are new, which are verified, and what became of the others.</summary>
internal sealed class GenerationFilter
{
    private const int Functions = 256;

    private readonly SimilarTexts _originals = new();
    private readonly SimilarTexts _examples = new();
    private readonly SimilarTexts _written = new();
    private readonly MinHash _hash;
    private readonly double _limit;
    private readonly int _perLabel;
    private readonly bool _hasOriginals;
    private readonly IReadOnlyList<string> _labels;
    private readonly List<LabeledText>[] _kept;
    private readonly Dictionary<GeneratedFate, int> _fates = [];

    public GenerationFilter(TextTask task, IReadOnlyList<LabeledText> originals, int perLabel, ChatTextGeneratorOptions options)
    {
        _hash = new(options.Shingles, options.ShingleLength, Functions);
        _limit = options.DuplicateSimilarity;
        _perLabel = perLabel;
        _hasOriginals = originals.Count > 0;
        _labels = task.Names;
        _kept = [.. _labels.Select(_ => new List<LabeledText>())];
        foreach (LabeledText original in originals)
        {
            _originals.Add(_hash.Signature(options.Requests.Redacted(original.Text)));
        }

        foreach (LabeledText example in task.Examples)
        {
            _examples.Add(_hash.Signature(options.Requests.Redacted(example.Text)));
        }
    }

    public int Kept => _kept.Sum(texts => texts.Count);

    public int Missing(int label) => _perLabel - _kept[label].Count;

    /// <summary>Returns whether a text is neither a copy nor a duplicate, and counts it if it is.</summary>
    public bool IsNew(string text)
    {
        ulong[] signature = _hash.Signature(text);
        if (Math.Max(_originals.Nearest(signature), _examples.Nearest(signature)) >= _limit)
        {
            return Count(GeneratedFate.Copy);
        }

        if (_written.Nearest(signature) >= _limit)
        {
            return Count(GeneratedFate.Duplicate);
        }

        _written.Add(signature);
        return true;
    }

    /// <summary>Takes a new text with the label of the second pass, which may have none.</summary>
    public void Take(LabeledText text, string? verified)
    {
        int label = _labels.Index().First(one => one.Item == text.Label).Index;
        if (verified is null)
        {
            Count(GeneratedFate.Unverified);
        }
        else if (verified != text.Label)
        {
            Count(GeneratedFate.Disagreement);
        }
        else if (Missing(label) == 0)
        {
            Count(GeneratedFate.Surplus);
        }
        else
        {
            _kept[label].Add(text);
            Count(GeneratedFate.Kept);
        }
    }

    public GeneratedTexts Result(IReadOnlyList<string> refusals, Spending spending, RunOutcome outcome)
    {
        LabeledText[] texts = [.. _kept.SelectMany(kept => kept)];
        return new()
        {
            Texts = texts,
            Labels = _labels,
            Fates = _fates,
            Distances = _hasOriginals ? [.. texts.Select(text => 1 - _originals.Nearest(_hash.Signature(text.Text)))] : [],
            Refusals = refusals,
            Spending = spending,
            Outcome = outcome,
        };
    }

    private bool Count(GeneratedFate fate)
    {
        _fates[fate] = _fates.GetValueOrDefault(fate) + 1;
        return false;
    }
}
