namespace Distillation.Data;

/// <summary>The samples of a data set of TorchSharp.</summary>
internal sealed class DatasetSource<T>(torch.utils.data.Dataset<T> dataset, Func<T, (Tensor Inputs, Tensor? Labels)> select) : IDataSource
{
    public long Count => dataset.Count;

    public Batch Read(Tensor indices)
    {
        Require.Present(indices);
        using var scope = torch.NewDisposeScope();
        var inputs = new List<Tensor>();
        var labels = new List<Tensor>();
        foreach (long number in indices.data<long>().ToArray())
        {
            (Tensor one, Tensor? label) = select(dataset.GetTensor(number));
            inputs.Add(one);
            if (label is not null)
            {
                labels.Add(label);
            }
        }

        if (labels.Count > 0 && labels.Count < inputs.Count)
        {
            throw new InvalidOperationException($"All samples must have labels or none, but {labels.Count} of {inputs.Count} samples of a batch have one.");
        }

        Tensor? allLabels = labels.Count == 0 ? null : torch.stack(labels).MoveToOuterDisposeScope();
        return new Batch(torch.stack(inputs).MoveToOuterDisposeScope(), allLabels, indices);
    }
}
