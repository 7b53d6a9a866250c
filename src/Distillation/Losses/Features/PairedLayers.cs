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

    public FeatureDemand Features { get; }

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

    /// <summary>Takes the mean over the pairs.</summary>
    /// <param name="context">What student and teacher said.</param>
    /// <param name="compare">Compares the student's layer, behind its connector, with the teacher's of the same shape: a scalar.</param>
    public Tensor Mean(DistillationContext context, Func<Tensor, Tensor, Tensor> compare)
    {
        Require.Present(context);
        return Pairs.Select(Compare).Aggregate(TensorArithmetic.Plus).Over(Pairs.Count);

        Tensor Compare(LayerPair pair, int i)
        {
            (Tensor student, Tensor teacher) = (context.Student[pair.Student], context.Teacher[pair.Teacher]);
            FeatureShapes.RequireSamples(student, teacher);
            Tensor connected = Connect(student, i);
            FeatureShapes.RequireSame(connected, teacher);
            return compare(connected, teacher.to(student.dtype));
        }
    }

    private Tensor Connect(Tensor student, int pair) => Connector is null
        ? student
        : (_connectors ?? throw new InvalidOperationException("Connectors are sized by the first batch: call Prepare before Compute."))[pair].call(student);
}
