namespace Distillation;

/// <summary>Samples in memory: a tensor of inputs and, where there are any, one of labels.</summary>
/// <remarks>A batch is gathered with one <c>index_select</c> for each tensor. The tensors stay the caller's.</remarks>
public sealed class TensorData : IDataSource
{
    /// <summary>Takes samples.</summary>
    /// <param name="inputs">What the models see, [N, ...].</param>
    /// <param name="labels">Class ids [N] int64, probabilities [N, C], targets, or nothing; on the device of the inputs.</param>
    /// <exception cref="ArgumentException">There is no sample, or not one label for each.</exception>
    public TensorData(Tensor inputs, Tensor? labels = null)
    {
        Inputs = Require.Present(inputs);
        Labels = labels;
        if (inputs.dim() == 0 || inputs.size(0) == 0)
        {
            throw new ArgumentException($"Inputs must be [N, ...] with at least one sample, but are {Shapes.Of(inputs)}.", nameof(inputs));
        }

        Count = inputs.size(0);
        if (labels is not null && (labels.dim() == 0 || labels.size(0) != Count))
        {
            throw new ArgumentException($"There must be one label for each of the {Count} inputs {Shapes.Of(inputs)}, but the labels are {Shapes.Of(labels)}.", nameof(labels));
        }
    }

    /// <summary>Gets what the models see, [N, ...].</summary>
    public Tensor Inputs { get; }

    /// <summary>Gets the labels: class ids [N] int64, probabilities [N, C], targets; or nothing.</summary>
    public Tensor? Labels { get; }

    /// <inheritdoc/>
    public long Count { get; }

    /// <inheritdoc/>
    public Batch Read(Tensor indices)
    {
        Require.Present(indices);
        Tensor there = Inputs.device_type == indices.device_type ? indices : indices.to(Inputs.device);
        return new Batch(Inputs.index_select(0, there), Labels?.index_select(0, there), indices);
    }
}
