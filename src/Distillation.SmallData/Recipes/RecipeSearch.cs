using System.Diagnostics;
using Distillation.Data;

namespace Distillation.SmallData;

/// <summary>Compares recipes by cross-validation inside the training data, with what a user would take instead, and recommends one.</summary>
/// <remarks>
/// <para>
/// Always among the candidates are the class frequencies, the plain original with several weight decays, a control for each recipe whose teacher labels (the
/// same new samples with known labels), and the <see cref="RecipeSearchOptions.Families"/>: logistic regression, a kernel ridge, extra trees. Logits of
/// networks are calibrated by a temperature that the other folds fit, so that no candidate wins by calibration alone. The last candidate is the stack of all
/// models that need no original and of the best plain one (<see cref="AverageFitter"/>), with weights that the other folds fit; it takes no further training.
/// </para>
/// <para>
/// Each held-out sample has a difference of its error and of its negative log-likelihood between a candidate and the plain original that is best by it. Their
/// means have intervals that hold for all candidates and both measures at once, by the bootstrap of the largest statistic (Westfall and Young, 1993), and that
/// are widened for the training samples that folds have in common (Nadeau and Bengio, 2003): <c>d̄ ± q·√(1 + K/(K − 1))·s/√N</c> for K folds and N samples. A
/// gain is claimed where an interval lies above zero, and the candidate is established to beat the class frequencies too. From the expected gain is taken what
/// the choice of the best adds by chance (Tsamardinos, Greasidou and Borboudakis, 2018).
/// </para>
/// <para>
/// Of a regression the error of a sample is its squared error over the variance of the targets, so that the accuracy is R², and its likelihood is that of a
/// normal distribution, with the variance that the other folds have; the mean of the targets takes the place of the class frequencies, and ridge regression
/// that of logistic regression. Of several labels the error is the share of labels that are wrong. Means over all targets or labels of a sample.
/// </para>
/// <para>Gains are those of models that learn from 1 − 1/K of the samples. No test set is needed.</para>
/// </remarks>
public sealed class RecipeSearch
{
    private readonly Func<torch.nn.Module<Tensor, Tensor>> _original;
    private readonly SearchCandidates _candidates;
    private readonly RecipeSearchOptions _options;

    /// <summary>Puts a search together.</summary>
    /// <param name="original">Makes a new original, from inputs [N, ...] to logits [N, C], with weights from libtorch's generator.</param>
    /// <param name="candidates">
    /// The recipes. Plain ones without a training of their own stand for the plain original with <see cref="RecipeSearchOptions.PlainWeightDecays"/>.
    /// </param>
    /// <param name="options">How they are compared; the defaults if not given.</param>
    public RecipeSearch(Func<torch.nn.Module<Tensor, Tensor>> original, IReadOnlyList<Recipe> candidates, RecipeSearchOptions? options = null)
    {
        _original = Require.Present(original);
        _options = options ?? new RecipeSearchOptions();
        _candidates = SearchCandidates.From([.. Require.Present(candidates).Select(candidate => Require.Present(candidate, nameof(candidates)))], _options);
    }

    /// <summary>Compares the recipes.</summary>
    /// <param name="data">The labeled samples, of <see cref="RecipeSearchOptions.Task"/>. Nothing else is looked at.</param>
    /// <param name="progress">Receives the share that is done, on the thread of a training, one at a time.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>What was found.</returns>
    /// <exception cref="ArgumentException">
    /// There are fewer samples than folds, or fewer than two classes, or the samples are of another task than the options.
    /// </exception>
    /// <exception cref="OperationCanceledException">The search was ended.</exception>
    public RecipeSearchResult Run(LabeledSamples data, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        Require.Present(data);
        var clock = Stopwatch.StartNew();
        using var scope = torch.NewDisposeScope();
        if (data.Rules != TaskRules.Of(_options.Task))
        {
            throw new ArgumentException(
                $"{nameof(RecipeSearchOptions)}.{nameof(RecipeSearchOptions.Task)} must be that of the samples, {data.Task.Name}, but is "
                + $"{_options.Task.Name}.",
                nameof(data));
        }

        using var samples = new TensorData(data.Inputs, data.RequireTruth());
        Tensor truth = data.RequireScored("A search").cpu();
        long[] labels = data.Strata();
        if (labels.Length < _options.Folds || (data.Rules.IsClassification && data.Classes < 2))
        {
            throw new ArgumentException(
                $"A search needs at least as many samples as folds and two classes, but there are {labels.Length} samples for {_options.Folds} folds, and "
                + $"{data.Classes} classes.",
                nameof(data));
        }

        int parts = _options.Rounds * _options.Folds;
        var ended = new Lock();
        int done = 0;
        SearchPart?[] all = _options.Ranks is not { } ranks
            ? Each([.. Enumerable.Range(0, parts)])
            : [.. ranks.Share(parts, numbers => [.. Each(numbers).Select(SearchPart.ToBytes)]).Select(SearchPart.FromBytes)];
        SearchPart[] reached = [.. all.OfType<SearchPart>()];
        return new RecipeComparison(_candidates, reached, truth, data.Outputs, _options, _original).Result(reached.Length == parts);

        SearchPart?[] Each(IReadOnlyList<int> numbers) =>
        [
            .. TrainingRuns.Run(
                numbers.Count,
                _options.Parallelism,
                (i, stop) => i > 0 && clock.Elapsed > _options.TimeBudget ? null : Compare(numbers[i], numbers.Count, stop),
                cancellationToken),
        ];

        SearchPart Compare(int part, int ownParts, CancellationToken stop)
        {
            int round = part / _options.Folds;
            int seed = unchecked((int)SplitMix64.Mix(_options.Seed, part));
            Fold fold = Split.StratifiedInFolds(labels, _options.Folds, unchecked(_options.Seed + round))[part % _options.Folds];
            using var inner = torch.NewDisposeScope();
            using var train = data.Rules.IsClassification
                ? new LabeledSamples(samples.Subset(fold.Train), data.Classes)
                : new LabeledSamples(samples.Subset(fold.Train), data.Task);
            using var run = new SearchPartRun(_original, train, samples.Subset(fold.HeldOut), _options.Training, seed, stop);
            return new SearchPart
            {
                Round = round,
                HeldOut = fold.HeldOut,
                Logits = [.. _candidates.All.Select(candidate =>
                {
                    stop.ThrowIfCancellationRequested();
                    double[]? logits = run.Run(candidate);
                    lock (ended)
                    {
                        progress?.Report((double)++done / (ownParts * _candidates.All.Count));
                    }

                    return logits;
                })],
            };
        }
    }
}
