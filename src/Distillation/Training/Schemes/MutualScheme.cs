using Distillation.Checkpoints;
using Distillation.Models;

namespace Distillation.Training;

/// <summary>Trains several students at the same time, each from the current outputs of the others.</summary>
/// <remarks>All students run in training mode on the same batch, and learn from outputs before the update. No gradient flows from one to another.</remarks>
internal sealed class MutualScheme : TrainingScheme, IResumableScheme
{
    private readonly MutualTarget _target;
    private readonly EnsembleMean _mean;

    /// <param name="learners">The learners, at least two; the scheme disposes them.</param>
    /// <param name="target">What they learn from.</param>
    /// <param name="mean">What the mean of several others is taken of.</param>
    public MutualScheme(IEnumerable<Learner> learners, MutualTarget target, EnsembleMean mean)
        : base(learners) => (_target, _mean) = (target, mean);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Identity =>
        new Dictionary<string, string> { ["target"] = Description.Of(_target), ["mean"] = Description.Of(_mean) };

    /// <inheritdoc/>
    public bool Replay(Batch batch) => false;

    /// <inheritdoc/>
    protected override IReadOnlyList<DistillationContext> CreateContexts(Batch batch, TrainingPosition position)
    {
        // Of two students, each reads the layers that the loss of the other requires.
        ModelOutput[] outputs =
        [
            .. Learners.Select((learner, i) => learner.Forward(batch, Learners.Count == 2 ? Learners[1 - i].Loss.Features.Teacher : FeatureSet.None)),
        ];
        ModelOutput[] constants = Array.ConvertAll(outputs, output => output.Detach());
        ModelOutput? common = _target == MutualTarget.MinLogit ? new(MinLogits(constants, batch)) : null;
        return [.. outputs.Select((output, i) => new DistillationContext(output, common ?? Others(constants, i), batch, position))];
    }

    private ModelOutput Others(ModelOutput[] outputs, int self)
    {
        if (outputs.Length == 2)
        {
            return outputs[1 - self];
        }

        Tensor? sum = null;
        foreach ((int i, ModelOutput output) in outputs.Index())
        {
            sum = i == self ? sum : LogitMean.Add(sum, output.Logits, 1.0 / (outputs.Length - 1), _mean);
        }

        return new(sum!);
    }

    private static Tensor MinLogits(ModelOutput[] outputs, Batch batch)
    {
        int classes = Shapes.ClassDimension(outputs[0].Logits);
        Tensor labels = batch.RequireLabels();
        if (!torch.is_integral(labels) || labels.dim() != outputs[0].Logits.dim() - 1)
        {
            throw new InvalidOperationException(
                $"{nameof(MutualTarget)}.{nameof(MutualTarget.MinLogit)} needs class ids {Shapes.OfRows(outputs[0].Logits)} as labels, "
                + $"but they are {Shapes.Of(labels)} {labels.dtype}. Use {nameof(MutualTarget)}.{nameof(MutualTarget.Others)}.");
        }

        // An ignored label, such as -100, is none of a class: the losses leave its row out.
        Tensor ofLabel = labels.to(torch.ScalarType.Int64).ClampMin(0).unsqueeze(classes);
        return outputs.Select(output => output.Logits - output.Logits.gather(classes, ofLabel)).Aggregate(torch.minimum);
    }
}
