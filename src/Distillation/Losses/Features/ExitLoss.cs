using Distillation.Models;
using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// An exit: a classifier on an inner layer of the student, trained with it, whose teacher is the end of the student itself (be your own teacher; Zhang et al.,
/// ICCV 2019).
/// </summary>
/// <remarks>
/// <para>
/// For the wrapped loss the student's logits are those of the exit, <c>W · mean(c(h)) + b</c> for the layer h, the connector c, and the mean over the places of
/// maps. The teacher is the student, as a constant: its logits and its layers. The student's layer <see cref="Layer"/> is c(h), for a loss that compares it
/// with the deepest layer: <c>new HintLoss(ExitLoss.Layer, "layer4")</c>.
/// </para>
/// <para>
/// The paper has an exit behind each block but the last, beside <see cref="HardLabelLoss"/> of the student:
/// <c>new HardLabelLoss() + new ExitLoss("layer1", "layer4", (0.9 * new HardLabelLoss()) + (0.1 * new SoftTargetLoss(3))) + …</c>. Weights and temperature are
/// those of a public implementation, which also weighs the loss of the student itself by 0.9, and adds 10⁻⁶ times the sum of squares between the layers. The
/// code of the first author has 0.7 of the labels, 0.3 of a cross entropy without T², and 0.03 times the norm of the difference of the layers.
/// </para>
/// <para>
/// There is no other teacher: <see cref="Training.SupervisedTrainer"/> trains with it, and beside other terms <see cref="DistillationTrainer"/>. The layer and
/// the deepest one are maps [N, C, H, W] or vectors [N, D] of a student with logits [N, C], or [N, T, D] where its logits are [N, T, C].
/// </para>
/// </remarks>
public sealed class ExitLoss : DelegatingLoss
{
    private readonly Connector? _connector;
    private ExitHead? _head;
    private Module? _module;

    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer at which the exit is.</param>
    /// <param name="deepest">The student's last layer before its classifier, whose shape the features of the exit have.</param>
    /// <param name="inner">The loss of the exit.</param>
    /// <param name="connector">
    /// What brings the layer to the shape of the deepest one; if not given, a <see cref="BottleneckConnector"/> for maps, and a <see cref="LinearConnector"/>
    /// otherwise.
    /// </param>
    public ExitLoss(Feature student, Feature deepest, IDistillationLoss inner, Connector? connector = null)
        : base(inner)
    {
        StudentLayer = student;
        DeepestLayer = deepest;
        _connector = connector;
        FeatureSet read = inner.Features.Student | inner.Features.Teacher;
        Features = new(FeatureSet.Of(read.Where(feature => feature != Layer).Append(student).Append(deepest)), FeatureSet.None);
    }

    /// <summary>Gets the name of the features of the exit, among the student's layers that the wrapped loss sees.</summary>
    public static Feature Layer { get; } = "exit";

    /// <summary>Gets the student's layer at which the exit is.</summary>
    public Feature StudentLayer { get; }

    /// <summary>Gets the student's last layer before its classifier.</summary>
    public Feature DeepestLayer { get; }

    /// <inheritdoc/>
    public override RequiredFeatures Features { get; }

    /// <inheritdoc/>
    /// <value>The exit, and what the wrapped loss learns, once <see cref="Prepare"/> has made them.</value>
    public override Module? Module => _module;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), (nameof(StudentLayer), StudentLayer), (nameof(DeepestLayer), DeepestLayer), ("Connector", _connector)];

    /// <summary>Creates the model that ends at the exit.</summary>
    /// <param name="student">The student; the caller disposes it.</param>
    /// <returns>A teacher with the weights as they are at each prediction, in evaluation mode. It computes the whole student.</returns>
    /// <exception cref="InvalidOperationException">The loss has not seen a batch.</exception>
    public ITeacher CreateExit(IStudent student)
    {
        ExitHead head = RequireHead();
        return new LayerTeacher(Require.Present(student).AsTeacher(), StudentLayer, layer =>
        {
            using IDisposable? mode = ModuleTree.Evaluating(head);
            return head.call(layer).Logits;
        });
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The loss has not seen a batch.</exception>
    public override Tensor Compute(DistillationContext context) => Inner.Compute(AtExit(Require.Present(context)));

    /// <inheritdoc/>
    public override Tensor? GetWeight(Batch batch, ModelOutput student)
    {
        Require.Present(student);
        return Inner.GetWeight(batch, WithExit(student, student[DeepestLayer], student.Logits));
    }

    /// <inheritdoc/>
    /// <returns><see langword="null"/>: the student predicts by itself.</returns>
    public override ITeacher? CreatePredictor(IStudent student) => null;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There is no exit for layers and logits of such shapes.</exception>
    public override void Prepare(DistillationContext sample)
    {
        _head ??= CreateHead(Require.Present(sample).Student);
        using (ModuleTree.Evaluating(_head))
        {
            Inner.Prepare(AtExit(sample));
        }

        _module ??= Inner.Module is { } learned ? new ModuleGroup(_head, learned) : _head;
    }

    private static ModelOutput WithExit(ModelOutput student, Tensor features, Tensor logits) =>
        new(logits, new Dictionary<Feature, Tensor>(student.Features.Select(feature => KeyValuePair.Create(feature, student[feature]))) { [Layer] = features });

    private DistillationContext AtExit(DistillationContext context)
    {
        Tensor layer = context.Student[StudentLayer];
        (Tensor features, Tensor logits) = RequireHead().call(PlaceMask.Without(layer, PlaceMask.OfStatesIfAny(context, layer)));
        return context.With(WithExit(context.Student, features, logits), context.Student.Detach());
    }

    private ExitHead CreateHead(ModelOutput student)
    {
        (Tensor layer, Tensor deepest, Tensor logits) = (student[StudentLayer], student[DeepestLayer], student.Logits);
        bool fits = (layer.dim(), deepest.dim(), logits.dim()) is (4, 4, 2) or (2, 2, 2) or (3, 3, 3);
        if (!fits)
        {
            throw new InvalidOperationException(
                "An exit takes layers [N, C, H, W] or [N, D] of a student with logits [N, C], or [N, T, D] of one with logits [N, T, C], "
                + $"but layer '{StudentLayer}' is {Shapes.Of(layer)}, layer '{DeepestLayer}' {Shapes.Of(deepest)}, and the logits are {Shapes.Of(logits)}.");
        }

        Connector connector = _connector ?? (layer.dim() == 4 ? new BottleneckConnector() : new LinearConnector());
        return new ExitHead(connector.CreateFor(layer, deepest), deepest, logits.size(-1));
    }

    private ExitHead RequireHead() => _head
        ?? throw new InvalidOperationException($"The exit is sized by the first batch: call {nameof(Prepare)} before.");
}
