using Distillation.Evaluation;

namespace Distillation.AI;

/// <summary>Measures the curves of strategies.</summary>
internal sealed class CurveMeasurement
{
    private readonly ActivePool _pool;
    private readonly ActiveSelectorOptions[] _strategies;
    private readonly Func<ActiveRound, ActiveOutcome> _train;
    private readonly ActiveCurveOptions _options;

    public CurveMeasurement(
        ActivePool pool, IReadOnlyList<ActiveSelectorOptions> strategies, Func<ActiveRound, ActiveOutcome> train, ActiveCurveOptions options)
    {
        (_pool, _train, _options) = (pool, train, options);
        _strategies = [new() { Strategy = ActiveStrategy.Random }, .. strategies.Where(one => one.Strategy != ActiveStrategy.Random)];
        if (_strategies.Length == 1 || _strategies.Select(one => one.Name).Distinct(StringComparer.Ordinal).Count() < _strategies.Length)
        {
            throw new ArgumentException(
                "There must be at least one strategy besides random choice, all different, but there are "
                + $"[{string.Join(", ", strategies.Select(one => one.Name))}].",
                nameof(strategies));
        }

        long labels = options.InitialLabels + ((long)options.Rounds * options.LabelsPerRound);
        int left = pool.Count - pool.Labeled.Distinct().Count();
        if (labels > left)
        {
            throw new ArgumentException($"The rounds need {labels} texts without labels, but the pool has {left}.", nameof(pool));
        }
    }

    public ActiveLabelingCurve Run(CancellationToken cancellationToken)
    {
        double[][][] qualities =
        [
            .. _strategies.Select(strategy => (double[][])[.. _options.Seeds.Select(seed => Qualities(strategy, seed, cancellationToken))]),
        ];
        return new()
        {
            Level = _options.Level,
            Curves = [.. _strategies.Select((strategy, number) => Curve(strategy.Name, qualities[number], number == 0 ? null : qualities[0]))],
        };
    }

    // The quality of each round.
    private double[] Qualities(ActiveSelectorOptions strategy, int seed, CancellationToken cancellationToken)
    {
        ActivePool pool = _pool;
        var qualities = new double[_options.Rounds + 1];
        for (int round = 0; round <= _options.Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            IReadOnlyList<int> chosen = round == 0
                ? ActiveSelector.Select(pool, _options.InitialLabels, SeedOf(seed, round), new() { Strategy = ActiveStrategy.Random })
                : ActiveSelector.Select(pool, _options.LabelsPerRound, SeedOf(seed, round), strategy);
            pool = pool with { Labeled = [.. pool.Labeled, .. chosen] };
            ActiveOutcome outcome = Require.Present(_train(new() { Labeled = pool.Labeled, Round = round, Seed = seed }), "train");
            qualities[round] = outcome.Quality;
            pool = pool with { Probabilities = outcome.Probabilities ?? pool.Probabilities, Committee = outcome.Committee ?? pool.Committee };
        }

        return qualities;
    }

    // Different ones for each round of each seed.
    private int SeedOf(int seed, int round) => unchecked((seed * (_options.Rounds + 1)) + round);

    private double ComparisonLevel => 1 - ((1 - _options.Level) / (_strategies.Length - 1));

    private StrategyCurve Curve(string name, double[][] bySeed, double[][]? random) => new()
    {
        Name = name,
        Points = [.. Enumerable.Range(0, _options.Rounds + 1).Select(round => Point(round, [.. bySeed.Select(one => one[round])]))],
        AgainstRandom = random is null ? null : PairedComparison.Of(AfterFirst(random), AfterFirst(bySeed), ComparisonLevel),
    };

    private CurvePoint Point(int round, double[] values)
    {
        int labels = _options.InitialLabels + (round * _options.LabelsPerRound);
        PairedComparison mean = PairedComparison.Of(new double[values.Length], values, _options.Level);
        return new()
        {
            Labels = labels,
            Cost = labels * _options.CostPerLabel,
            Values = values,
            Mean = mean.Mean,
            Interval = mean.Interval,
        };
    }

    private static double[] AfterFirst(double[][] bySeed) => [.. bySeed.Select(one => one.Skip(1).Average())];
}
