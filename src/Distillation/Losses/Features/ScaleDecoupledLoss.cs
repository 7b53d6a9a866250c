using System.Runtime.InteropServices;
using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// Scale-decoupled distillation: a loss on logits is applied to the logits of every part of an image, at several scales; parts of which the teacher knows
/// another thing than of the whole count more (SDD; Wei et al., 2024).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/NM) Σₙ Σₘ w · inner(cell m of sample n)</c> over the M cells of all scales, for layers that are maps of logits [N, C, H, W], the classifier applied
/// to each place before the pooling, and class ids [N]. A scale g is a grid of g×g cells, each with the mean logits of its places. w is 2 where the teacher is
/// right about a cell but not about the whole image, or the other way round, and else 1.
/// </para>
/// <para>
/// The values are those of the authors' code, which has a <see cref="DecoupledLoss"/> or a <see cref="NormalizedTargetLoss"/> inside, lets the weight rise from
/// 0 to 1 over the first epochs, and adds hard labels. It is a mean over the cells, 21 with the scales 1, 2 and 4, so that its weight is that of the loss
/// inside. Maps of student and teacher may differ in size.
/// </para>
/// </remarks>
public sealed class ScaleDecoupledLoss : FeatureLoss
{
    private readonly RowLoss _inner;

    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's map of logits.</param>
    /// <param name="teacher">The teacher's map of logits, with as many channels.</param>
    /// <param name="inner">The loss that compares the logits of a cell, such as <c>new DecoupledLoss()</c>.</param>
    /// <exception cref="ArgumentException">The loss inside reads layers.</exception>
    public ScaleDecoupledLoss(Feature student, Feature teacher, RowLoss inner)
        : base(student, teacher)
    {
        _inner = Require.Present(inner);
        if (inner.Features.Student.Count + inner.Features.Teacher.Count > 0)
        {
            throw new ArgumentException(
                $"The loss inside must compare logits, which are those of the cells, but {((IDistillationLoss)inner).Name} reads layers.", nameof(inner));
        }
    }

    /// <summary>Gets how many cells height and width have at each scale.</summary>
    /// <value>Positive numbers, at least one. The default value is 1, 2 and 4.</value>
    public IReadOnlyList<int> Scales
    {
        get;
        init => field = Require.Present(value).Count == 0
            ? throw new ArgumentException("There must be one scale at least, but there is none.", nameof(Scales))
            : value.Select(scale => Require.Positive(scale, nameof(Scales))).ToArray();
    } = [1, 2, 4];

    /// <summary>Gets the weight of a cell about which the teacher is right or wrong where it is not about the whole.</summary>
    /// <value>Zero or positive. The default value is 2.</value>
    public double ComplementaryWeight { get; init => field = Require.NotNegative(value); } = 2;

    /// <inheritdoc/>
    /// <value>What the loss inside learns, if anything.</value>
    public override Module? Module => _inner.Module;

    /// <inheritdoc/>
    public override bool ComparesSamples => _inner.ComparesSamples;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), ("Inner", _inner), (nameof(Scales), Scales), (nameof(ComplementaryWeight), ComplementaryWeight)];

    /// <inheritdoc/>
    public override Tensor? GetWeight(Batch batch, ModelOutput student) => _inner.GetWeight(batch, student);

    /// <inheritdoc/>
    public override void Prepare(DistillationContext sample)
    {
        base.Prepare(sample);
        _inner.Prepare(CellsOf(Loss.Widen(sample.Student[StudentLayer]), sample.Teacher[TeacherLayer], sample));
    }

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        LogitRows rows = LogitRows.Of(CellsOf(student, teacher, context), _inner.IgnoredLabel);
        try
        {
            return rows.Mean(_inner.ComputeRows(rows) * Weights(rows, teacher));
        }
        catch (ExternalException native) when (rows.ExplainLabels(native) is { } explained)
        {
            throw explained;
        }
    }

    private DistillationContext CellsOf(Tensor student, Tensor teacher, DistillationContext context)
    {
        FeatureShapes.RequireMapsOfSameChannels(student, teacher);
        Tensor labels = context.Batch.RequireLabels();
        if (!torch.is_integral(labels) || labels.dim() != 1)
        {
            throw new InvalidOperationException($"Labels must be class ids [N] of an integer type, but are {Shapes.Of(labels)} {labels.dtype}.");
        }

        (Tensor ofStudent, Tensor ofTeacher) = (Cells(student), Cells(teacher));
        Tensor ofCells = labels.unsqueeze(1).expand(-1, ofStudent.size(1));
        Batch batch = context.Batch is MaskedBatch { Mask: { } mask } && mask.dim() == 1
            ? new MaskedBatch(context.Batch.Inputs, ofCells, context.Batch.Indices, mask.unsqueeze(1).expand(-1, ofStudent.size(1)))
            : new Batch(context.Batch.Inputs, ofCells, context.Batch.Indices);
        return new(new ModelOutput(ofStudent), new ModelOutput(ofTeacher), batch, context.Position);
    }

    // The logits of all cells, [N, cells, C].
    private Tensor Cells(Tensor map) =>
        torch.cat([.. Scales.Select(scale => functional.adaptive_avg_pool2d(map, (scale, scale)).flatten(2))], 2).transpose(1, 2);

    private Tensor Weights(LogitRows rows, Tensor teacher)
    {
        using var noGradient = torch.no_grad();
        Tensor labels = rows.Labels.view(teacher.size(0), -1);
        Tensor isRight = rows.Teacher.argmax(1).view(labels.shape).eq(labels);
        Tensor isRightOfAll = teacher.mean([2, 3]).argmax(1, keepdim: true).eq(labels);
        return isRight.ne(isRightOfAll).to(rows.Student.dtype).Mul(ComplementaryWeight - 1).Add(1).view(-1);
    }
}
