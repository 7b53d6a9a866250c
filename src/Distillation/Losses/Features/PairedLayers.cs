namespace Distillation.Losses;

/// <summary>Several pairs of layers, each with a connector of its own if there is one: for losses that are a mean over pairs.</summary>
internal sealed class PairedLayers
{
    private torch.nn.Module<Tensor, Tensor>[]? _connectors;

    public PairedLayers(IReadOnlyList<LayerPair> pairs, Connector? connector = null)
    {
        Pairs = [.. Require.Present(pairs)];
        if (Pairs.Count == 0)
        {
            throw new ArgumentException("There must be a pair of layers at least, but there is none.", nameof(pairs));
        }

        Connector = connector;
        Features = LayerPair.Demand(Pairs);
    }

    public IReadOnlyList<LayerPair> Pairs { get; }

    public Connector? Connector { get; }

    public RequiredFeatures Features { get; }

    public torch.nn.Module? Module { get; private set; }

    public void Prepare(DistillationContext sample)
    {
        Require.Present(sample);
        if (_connectors is null && Connector is not null)
        {
            _connectors = [.. Pairs.Select(pair => Connector.CreateFor(sample.Student[pair.Student], sample.Teacher[pair.Teacher]))];
            Module = new ModuleGroup(_connectors);
        }
    }

    /// <summary>Computes the weight of a batch: the mean over the pairs.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="student">Outputs of the student.</param>
    /// <param name="weigh">Computes the weight of a batch for one layer of the student; <see langword="null"/> is the number of samples.</param>
    public Tensor? GetWeight(Batch batch, ModelOutput student, Func<Batch, Tensor, Tensor?> weigh) =>
        BatchWeights.Mean([.. Pairs.Select(pair => weigh(batch, student[pair.Student]))], batch);

    /// <summary>Takes the mean over the pairs, of layers that are states, [N, T, D] or others.</summary>
    /// <param name="context">The outputs of student and teacher.</param>
    /// <param name="compare">Compares each state of the student's layer, behind its connector, with the teacher's: a number for each.</param>
    public Tensor MeanOfStates(DistillationContext context, Func<Tensor, Tensor, Tensor> compare) =>
        Mean(context, PlaceMask.OfStates, PlaceMask.CountOfStates, (student, teacher, leftOut) => PlaceMask.Mean(compare(student, teacher), leftOut));

    /// <summary>Takes the mean over the pairs.</summary>
    /// <param name="context">The outputs of student and teacher.</param>
    /// <param name="find">Finds which states of a layer do not count.</param>
    /// <param name="weigh">Computes the weight of a batch for one layer of the student; <see langword="null"/> is the number of samples.</param>
    /// <param name="compare">
    /// Compares the student's layer, behind its connector, with the teacher's of the same shape, both without the states that do not count: a scalar.
    /// </param>
    public Tensor Mean(
        DistillationContext context,
        Func<DistillationContext, Tensor, Tensor?> find,
        Func<Batch, Tensor, Tensor?> weigh,
        Func<Tensor, Tensor, Tensor?, Tensor> compare)
    {
        Require.Present(context);
        Tensor? share = context.Batch.Whole is null
            ? null
            : Detached(() => BatchWeights.Share(context.Batch, batch => GetWeight(batch, context.Student, weigh)));
        return Pairs.Select(Compare).Aggregate(TensorArithmetic.Add).Div(Pairs.Count);

        Tensor Compare(LayerPair pair, int i)
        {
            (Tensor student, Tensor teacher) = (context.Student[pair.Student], context.Teacher[pair.Teacher]);
            FeatureShapes.RequireSamples(student, teacher);
            Tensor? leftOut = find(context, student);
            Tensor connected = Loss.Widen(Connect(PlaceMask.Without(student, leftOut), i));
            FeatureShapes.RequireSame(connected, teacher);
            Tensor value = compare(connected, PlaceMask.Without(teacher.to(connected.dtype), leftOut), leftOut);
            return share is null
                ? value
                : value * Detached(() =>
                    BatchWeights.Ratio(BatchWeights.Share(context.Batch, batch => weigh(batch, student)), share, context.Batch).to(value.dtype));
        }
    }

    private static T Detached<T>(Func<T> compute)
    {
        using var noGradient = torch.no_grad();
        return compute();
    }

    private Tensor Connect(Tensor student, int pair) => Connector is null
        ? student
        : (_connectors ?? throw new InvalidOperationException("Connectors are sized by the first batch: call Prepare before Compute."))[pair].call(student);
}
