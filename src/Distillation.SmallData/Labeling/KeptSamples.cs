using Distillation.Evaluation;

namespace Distillation.SmallData;

/// <summary>The labeled samples that a <see cref="SampleFilter"/> kept. Disposing it disposes them.</summary>
public sealed class KeptSamples : IDisposable
{
    private KeptSamples(TensorData samples, long[] numbers, FilterReport report) => (Samples, Numbers, Report) = (samples, numbers, report);

    /// <summary>Gets the samples with their labels, in memory.</summary>
    public TensorData Samples { get; }

    /// <summary>Gets the number of each in the data it was chosen from, rising.</summary>
    public IReadOnlyList<long> Numbers { get; }

    /// <summary>Gets how many were kept, and why the others were not.</summary>
    public FilterReport Report { get; }

    /// <inheritdoc/>
    public void Dispose() => Samples.Dispose();

    /// <summary>Reads data once, and keeps what passes.</summary>
    internal static KeptSamples Choose(IDataSource data, SampleFilter filter, Func<Batch, SamplePrediction> predict, int batchSize)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var selection = new SampleSelection(filter);
        var inputs = new List<Tensor>();
        var labels = new List<Tensor>();
        foreach (long start in DataPass.Starts(data, batchSize))
        {
            using var inner = torch.NewDisposeScope();
            Batch batch = DataPass.Read(data, start, batchSize, device: null);
            SamplePrediction opinion = predict(batch);
            selection.Add(opinion);
            inputs.Add(batch.Inputs.MoveToOuterDisposeScope());
            labels.Add(opinion.Labels.MoveToOuterDisposeScope());
        }

        (long[] numbers, FilterReport report) = selection.Choose();
        Tensor kept = torch.tensor(numbers, device: inputs[0].device);
        return new(TensorData.Owning(torch.cat(inputs).index_select(0, kept), torch.cat(labels).index_select(0, kept)), numbers, report);
    }
}
