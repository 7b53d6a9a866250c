using Distillation.Models;
using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// The reused classifier: the student learns the teacher's last features alone, and takes over its classifier (SimKD; Chen et al., CVPR 2022).
/// </summary>
/// <remarks>
/// <para>
/// <c>mean (p(s) − t)²</c> over all elements, p the projector: <see cref="HintLoss"/> with a <see cref="BottleneckConnector"/>, where a teacher's map that is
/// larger than the student's is averaged down to it. The layers are maps [N, C, H, W], the last before the pooling. As in the authors' code.
/// </para>
/// <para>
/// Train with this loss alone. The student's own classifier learns nothing: validation measures the reused one; evaluate, and use,
/// <see cref="CreatePredictor"/>, and save <see cref="FeatureLoss.Module"/> beside the student.
/// </para>
/// </remarks>
public sealed class ReusedClassifierLoss : FeatureLoss
{
    private readonly Module<Tensor, Tensor> _classifier;

    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's last maps.</param>
    /// <param name="teacher">The teacher's last maps.</param>
    /// <param name="classifier">
    /// What the teacher does behind that layer, pooling included: maps [N, C, H, W] to logits. The caller disposes it; it is not trained.
    /// </param>
    /// <param name="projector">What brings the student's layer to the teacher's shape; a <see cref="BottleneckConnector"/> if not given.</param>
    public ReusedClassifierLoss(Feature student, Feature teacher, Module<Tensor, Tensor> classifier, Connector? projector = null)
        : base(student, teacher, projector ?? new BottleneckConnector()) => _classifier = Require.Present(classifier);

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [.. base.Describe(), ("Classifier", _classifier)];

    /// <summary>The logits of the teacher's classifier on the student's layer.</summary>
    private Tensor Classify(Tensor student)
    {
        using IDisposable? projecting = Module is { } projector ? ModuleTree.Evaluating(projector) : null;
        using IDisposable? classifying = ModuleTree.Evaluating(_classifier);
        return _classifier.call(Connect(student));
    }

    /// <inheritdoc/>
    /// <returns>
    /// The student's layer, the projector, and the teacher's classifier, with their weights as they are at each prediction, in evaluation mode.
    /// </returns>
    public override ITeacher CreatePredictor(IStudent student) => new LayerTeacher(Require.Present(student).AsTeacher(), StudentLayer, Classify);

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        (student, teacher) = FeatureMaps.PoolToSmaller(student, teacher);
        FeatureShapes.RequireSame(student, teacher);
        return functional.mse_loss(student, teacher);
    }
}
