using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>Data with a teacher's probabilities, or outputs, as labels.</summary>
internal sealed class LabeledSource(IDataSource data, ITeacher teacher, LabelingOptions options) : IDataSource
{
    public long Count => data.Count;

    public IReadOnlyList<int>? Lengths => data.Lengths;

    /// <summary>Labels samples by a teacher.</summary>
    /// <returns>Its probabilities, [N, C], and the labels that they become together with known ones, in the type of the inputs.</returns>
    public static (Tensor Probabilities, Tensor Labels) Label(Batch batch, ITeacher teacher, LabelingOptions options)
    {
        Tensor logits = teacher.Predict(batch, FeatureSet.None).Logits;
        var rules = TaskRules.Of(options.Task);
        Tensor probabilities = rules.ToLabels(logits, options.Temperature);
        Tensor labels = probabilities.to(batch.Inputs.dtype, copy: true);
        if (!rules.IsClassification)
        {
            return (probabilities, Blend(labels, batch.Labels, options.KnownShare));
        }

        return (probabilities, options.KnownShare > 0 && batch.Labels is { } known
            ? Blend(labels, Probabilities(known, probabilities.size(1), labels.dtype).Mul(options.KnownShare))
            : labels);
    }

    /// <summary>Returns labels as probabilities, [N, C].</summary>
    public static Tensor Probabilities(Tensor labels, long classes, torch.ScalarType type) =>
        labels.dim() == 1 ? functional.one_hot(labels.to(torch.ScalarType.Int64), classes).to(type) : labels.to(type);

    public Batch Read(Tensor indices)
    {
        Batch batch = data.Read(indices);
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        return batch.With(indices: indices, labels: Label(batch, teacher, options).Labels.MoveToOuterDisposeScope());
    }

    // In the shape of the known labels: targets [N] stay so.
    private static Tensor Blend(Tensor outputs, Tensor? known, double knownShare)
    {
        if (known is null)
        {
            return outputs;
        }

        if (known.numel() != outputs.numel())
        {
            throw new InvalidOperationException(
                $"The teacher's outputs {Distillation.Shapes.Of(outputs)} must be as many as the known labels {Distillation.Shapes.Of(known)}.");
        }

        Tensor labels = outputs.view(known.shape);
        return knownShare == 0 ? labels : torch.where(known.isnan(), labels, torch.lerp(labels, known.to(labels.dtype), knownShare));
    }

    // A known label of zeros is none, one that does not add up to 1 is known in part: the teacher adds the rest.
    private static Tensor Blend(Tensor probabilities, Tensor known) => probabilities.mul(known.sum(1, keepdim: true).RSub(1)).AddInPlace(known);
}
