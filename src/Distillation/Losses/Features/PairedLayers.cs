namespace Distillation.Losses;

/// <summary>Several pairs of layers, each with a connector of its own if there is one: for losses that are a mean over pairs.</summary>
internal sealed class PairedLayers
{
    private readonly LayerPair[] _pairs;
    private readonly Connector? _connector;
    private torch.nn.Module<Tensor, Tensor>[]? _connectors;

    public PairedLayers(IReadOnlyList<LayerPair> pairs, Connector? connector = null)
    {
        _pairs = [.. Require.Present(pairs)];
        if (_pairs.Length == 0)
        {
            throw new ArgumentException("There must be a pair of layers at least, but there is none.", nameof(pairs));
        }

        _connector = connector;
        Features = LayerPair.Demand(_pairs);
    }

    public FeatureDemand Features { get; }

    public torch.nn.Module? Module { get; private set; }

    public void Prepare(DistillationContext sample)
    {
        Require.Present(sample);
        if (_connectors is null && _connector is not null)
        {
            _connectors = [.. _pairs.Select(pair => _connector.CreateFor(sample.Student[pair.Student], sample.Teacher[pair.Teacher]))];
            Module = new ModuleGroup(_connectors);
        }
    }

    /// <summary>Takes the mean over the pairs, of layers that are states, [N, T, D] or others.</summary>
    /// <param name="context">What student and teacher said.</param>
    /// <param name="compare">Compares each state of the student's layer, behind its connector, with the teacher's: a number for each.</param>
    public Tensor MeanOfStates(DistillationContext context, Func<Tensor, Tensor, Tensor> compare) =>
        Mean(context, PlaceMask.OfStates, (student, teacher, leftOut) => PlaceMask.Mean(compare(student, teacher), leftOut));

    /// <summary>Takes the mean over the pairs.</summary>
    /// <param name="context">What student and teacher said.</param>
    /// <param name="find">Finds which states of a layer do not count.</param>
    /// <param name="compare">Compares the student's layer, behind its connector, with the teacher's of the same shape, both without the states that do not count: a scalar.</param>
    public Tensor Mean(DistillationContext context, Func<DistillationContext, Tensor, Tensor?> find, Func<Tensor, Tensor, Tensor?, Tensor> compare)
    {
        Require.Present(context);
        return _pairs.Select(Compare).Aggregate(TensorArithmetic.Plus).Over(_pairs.Length);

        Tensor Compare(LayerPair pair, int i)
        {
            (Tensor student, Tensor teacher) = (context.Student[pair.Student], context.Teacher[pair.Teacher]);
            FeatureShapes.RequireSamples(student, teacher);
            Tensor? leftOut = find(context, student);
            Tensor connected = Loss.Widen(Connect(PlaceMask.Without(student, leftOut), i));
            FeatureShapes.RequireSame(connected, teacher);
            return compare(connected, PlaceMask.Without(teacher.to(connected.dtype), leftOut), leftOut);
        }
    }

    private Tensor Connect(Tensor student, int pair) => _connector is null
        ? student
        : (_connectors ?? throw new InvalidOperationException("Connectors are sized by the first batch: call Prepare before Compute."))[pair].call(student);
}
