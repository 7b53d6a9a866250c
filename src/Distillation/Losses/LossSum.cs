using System.Collections.Immutable;

namespace Distillation.Losses;

/// <summary>A weighted sum of losses. It has every ability that all its terms have.</summary>
/// <remarks>
/// It is made by <see cref="LossArithmetic"/>: <c>0.9 * a + 0.1 * b</c>. A term whose weight is 0 at a place of the run is not computed there.
/// </remarks>
#pragma warning disable CA1001 // The group of the terms' modules owns nothing: the modules are the losses'.
public sealed class LossSum : IDistillationLoss, IClosedFormGradient
#pragma warning restore CA1001
{
    private readonly bool _closedForm;
    private readonly bool _hasCpuKernels;
    private ModuleGroup? _learned;

    private LossSum(ImmutableArray<LossTerm> terms)
    {
        Terms = WithDistinctNames(terms);
        Features = terms.Aggregate(RequiredFeatures.None, (demand, term) => demand | term.Loss.Features);
        _closedForm = terms.All(term => term.Loss.ClosedForm is not null);
        _hasCpuKernels = terms.All(term => term.Loss is ICpuLossKernel);
    }

    /// <summary>Returns the sum of losses: <c>LossSum.Of(soft, hard)</c> is <c>soft + hard</c>.</summary>
    /// <param name="losses">The losses, at least one. The terms of a sum become terms of the new one.</param>
    /// <returns>The sum, each term under its own name.</returns>
    /// <exception cref="ArgumentException">There is no loss, or one is <see langword="null"/>.</exception>
    public static LossSum Of(params IEnumerable<IDistillationLoss> losses)
    {
        IDistillationLoss[] all = [.. Require.Present(losses)];
        if (all.Length == 0 || all.Contains(null))
        {
            throw new ArgumentException($"A sum must have at least one loss, and none may be null, but it has {all.Length}.", nameof(losses));
        }

        return new([.. all.SelectMany(IEnumerable<LossTerm> (loss) => loss is LossSum sum ? sum.Terms : [new LossTerm(loss.Name, 1, loss)])]);
    }

    /// <summary>Gets the terms. No two have the same name: a second one is called <c>Name#2</c>.</summary>
    public ImmutableArray<LossTerm> Terms { get; }

    /// <inheritdoc/>
    public string Name => string.Join(" + ", Terms.Select(term => term.Name));

    /// <inheritdoc/>
    public RequiredFeatures Features { get; }

    /// <inheritdoc/>
    /// <value>
    /// The module of the one term that has any; those of several as one, <c>0</c>, <c>1</c>, … in the order of the terms; <see langword="null"/> where none
    /// has. Every sum of the same terms sees the same modules.
    /// </value>
    public torch.nn.Module? Module
    {
        get
        {
            torch.nn.Module[] learned = [.. Terms.Select(term => term.Loss.Module).OfType<torch.nn.Module>().Distinct()];
            if (learned.Length < 2)
            {
                return learned.FirstOrDefault();
            }

            if (!learned.SequenceEqual(_learned?.Modules ?? []))
            {
                _learned = new ModuleGroup(learned);
            }

            return _learned;
        }
    }

    /// <inheritdoc/>
    public IClosedFormGradient? ClosedForm => _closedForm ? this : null;

    /// <inheritdoc/>
    public IEnumerable<(string Name, object? Value)> Describe() => [(nameof(Terms), Terms)];

    /// <inheritdoc/>
    /// <value>Whether one of its terms does.</value>
    public bool ComparesSamples => Terms.Any(term => term.Loss.ComparesSamples);

    bool IDistillationLoss.NeedsOverlap => Terms.Any(term => term.Loss.NeedsOverlap);

    /// <inheritdoc/>
    public Tensor Compute(DistillationContext context) => Evaluate(context).Total;

    /// <inheritdoc/>
    LossGradient IClosedFormGradient.Compute(DistillationContext context) => EvaluateInClosedForm(context).Total;

    /// <summary>Computes the sum and its terms.</summary>
    /// <returns>The sum, a scalar attached to the graph, and the terms whose weight is not 0.</returns>
    internal (Tensor Total, IReadOnlyList<LossTermValue> Terms) Evaluate(DistillationContext context)
    {
        var terms = new List<LossTermValue>(Terms.Length);
        Tensor? sum = null;
        foreach (LossTerm term in Terms)
        {
            double weight = term.Weight.At(context.Position);
            if (weight == 0)
            {
                continue;
            }

            Tensor value = term.Loss.Compute(context);
            RequireScalar(term, value);
            terms.Add(ValueOf(term, value, context));
            Tensor weighted = weight == 1 ? value : value.Mul(weight);
            weighted = RelativeShare(term, context) is { } share ? weighted * share.to(weighted.dtype) : weighted;
            sum = sum is null ? weighted : sum.Add(weighted);
        }

        // Attached to the student, so that the caller's backward works: a sum of none of the logits, whose gradient is zero.
        return (sum ?? context.Student.Logits.narrow(0, 0, 0).sum(), terms);
    }

    /// <summary>Computes the sum in closed form, and its terms.</summary>
    /// <returns>The sum with its gradient, and the terms whose weight is not 0.</returns>
    internal (LossGradient Total, IReadOnlyList<LossTermValue> Terms) EvaluateInClosedForm(DistillationContext context)
    {
        if (_hasCpuKernels && CpuLogits.TryOf(context, out CpuLogits rows) && CanMeasure(rows))
        {
            return Measure(rows, context);
        }

        var terms = new List<LossTermValue>(Terms.Length);
        LossGradient sum = default;
        foreach (LossTerm term in Terms)
        {
            double weight = term.Weight.At(context.Position);
            if (weight == 0)
            {
                continue;
            }

            LossGradient one = term.Loss.ClosedForm!.Compute(context);
            terms.Add(ValueOf(term, one.Value, context));
            Tensor value = one.Value;
            if (RelativeShare(term, context) is { } share)
            {
                value = value.mul(share);
                one.AtLogits.mul_(share);
            }

            sum = sum.Value is null
                ? new(value.Mul(weight), one.AtLogits.MulInPlace(weight))
                : new(sum.Value.AddInPlace(value, weight), sum.AtLogits.AddInPlace(one.AtLogits, weight));
        }

        Tensor logits = context.Student.Logits;
        return (sum.Value is null ? new(torch.zeros([], logits.dtype, logits.device), torch.zeros_like(logits)) : sum, terms);
    }

    /// <inheritdoc/>
    /// <returns>The mean of the weights of the terms; <see langword="null"/> where all terms count samples.</returns>
    public Tensor? GetWeight(Batch batch, ModelOutput student)
    {
        // In every step: an array costs less than a query.
        var weights = new Tensor?[Terms.Length];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = Terms[i].Loss.GetWeight(batch, student);
        }

        return BatchWeights.Mean(weights, batch);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">More than one term replaces the student.</exception>
    public ITeacher? CreatePredictor(IStudent student)
    {
        (string Name, ITeacher? Predictor)[] made =
            [.. Terms.Select(term => (term.Name, term.Loss.CreatePredictor(student))).Where(one => one.Item2 is not null)];
        if (made.Length <= 1)
        {
            return made.FirstOrDefault().Predictor;
        }

        Array.ForEach(made, one => one.Predictor!.Dispose());
        throw new InvalidOperationException(
            $"One term of a sum at most may replace the model that predicts, but {string.Join(" and ", made.Select(one => $"'{one.Name}'"))} do.");
    }

    /// <inheritdoc/>
    public void Prepare(DistillationContext sample)
    {
        foreach (LossTerm term in Terms)
        {
            term.Loss.Prepare(sample);
        }
    }

    /// <summary>Measures a batch with the terms that compare rows of logits, to see whether all fits before a run begins.</summary>
    /// <returns>What the labels must be, of each term that reads them as class ids.</returns>
    internal IReadOnlyList<ClassIds> Try(DistillationContext sample)
    {
        return [.. Terms.Where(term => term.Weight is not Schedule.Constant { Value: 0 }).Select(term => term.Loss).OfType<RowLoss>()
            .Select(loss => loss.Try(sample)).OfType<ClassIds>()];
    }


    internal static LossSum Of(LossTerm term) => new([term]);

    internal LossSum Scale(Schedule weight) => new([.. Terms.Select(term => term with { Weight = Product(weight, term.Weight) })]);

    private static LossTermValue ValueOf(LossTerm term, Tensor value, DistillationContext context) =>
        new(term.Name, value, 0, term.Loss.GetWeight(context.Batch, context.Student));

    // By how much more a term counts in a micro-batch than the sum does. The share of the sum itself is applied where micro-batches are added up.
    private Tensor? RelativeShare(LossTerm term, DistillationContext context)
    {
        if (context.Batch.Whole is null || Terms.Length == 1)
        {
            return null;
        }

        using var noGradient = torch.no_grad();
        return BatchWeights.Share(context.Batch, batch => GetWeight(batch, context.Student)) is { } all
            ? BatchWeights.Ratio(BatchWeights.Share(context.Batch, batch => term.Loss.GetWeight(batch, context.Student)), all, context.Batch)
            : null;
    }

    private bool CanMeasure(in CpuLogits rows)
    {
        foreach (LossTerm term in Terms)
        {
            if (!((ICpuLossKernel)term.Loss).CanMeasure(rows))
            {
                return false;
            }
        }

        return true;
    }

    private (LossGradient Total, IReadOnlyList<LossTermValue> Terms) Measure(in CpuLogits rows, DistillationContext context)
    {
        Tensor gradient = torch.zeros_like(context.Student.Logits);
        Span<float> numbers = CpuLogits.Numbers<float>(gradient);
        var terms = new List<LossTermValue>(Terms.Length);
        double sum = 0;
        foreach (LossTerm term in Terms)
        {
            double weight = term.Weight.At(context.Position);
            if (weight == 0)
            {
                continue;
            }

            double value = ((ICpuLossKernel)term.Loss).Measure(rows, numbers, weight);
            terms.Add(new(term.Name, null, value, null));
            sum += weight * value;
        }

        return (new(torch.tensor((float)sum), gradient), terms);
    }

    private static Schedule Product(Schedule left, Schedule right) => (left, right) switch
    {
        (Schedule.Constant one, Schedule.Constant other) => one.Value * other.Value,
        (_, Schedule.Constant { Value: 1 }) => left,
        _ => new Schedule.Product(left, right),
    };

    private static ImmutableArray<LossTerm> WithDistinctNames(ImmutableArray<LossTerm> terms)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var distinct = ImmutableArray.CreateBuilder<LossTerm>(terms.Length);
        foreach (LossTerm term in terms)
        {
            string name = term.Name;
            for (int number = 2; !taken.Add(name); number++)
            {
                name = $"{term.Name}#{number}";
            }

            distinct.Add(term with { Name = name });
        }

        return distinct.MoveToImmutable();
    }

    private static void RequireScalar(LossTerm term, Tensor value)
    {
        if (value.dim() != 0)
        {
            throw new InvalidOperationException(
                $"The loss '{term.Name}' must give a scalar, the mean over the batch, but gave {Shapes.Of(value)}. "
                + "End it with .mean(), or with .sum() / context.Batch.Count.");
        }
    }
}
