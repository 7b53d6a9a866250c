namespace Distillation.Data;

/// <summary>Another source with normalized inputs.</summary>
internal sealed class NormalizedSource(IDataSource source, Normalization normalization) : IDataSource
{
    public long Count => source.Count;

    public IReadOnlyList<int>? Lengths => source.Lengths;

    public Batch Read(Tensor indices)
    {
        Batch batch = source.Read(indices);
        return batch.With(inputs: normalization.Apply(batch.Inputs));
    }
}
