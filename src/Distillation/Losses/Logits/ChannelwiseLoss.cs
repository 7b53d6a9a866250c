namespace Distillation.Losses;

/// <summary>
/// Channel-wise distillation of dense predictions: for each class, the student matches where in the picture the teacher sees it (Shu et al., 2021).
/// </summary>
/// <remarks>
/// <para>
/// <c>T²/(N·C) Σₙ Σ_c KL(softmax(t/T) ‖ softmax(s/T))</c>, for student logits s and teacher logits t, [N, C, H, W], with each softmax over the H·W places of
/// one channel; as in the authors' code (norm "channel", divergence "kl").
/// </para>
/// <para>
/// Places that the mask [N, H, W] of a <see cref="MaskedBatch"/> rules out do not count; labels are not read. For layers there is
/// <see cref="LayerChannelwiseLoss"/>.
/// </para>
/// </remarks>
public sealed class ChannelwiseLoss : IDistillationLoss
{
    /// <summary>Creates the loss.</summary>
    /// <param name="temperature">T: how soft the distributions over places are; positive, at any place of the run. The default value is 4.</param>
    public ChannelwiseLoss(Schedule? temperature = null) => Temperature = Loss.Temperature(temperature ?? 4);

    /// <summary>Gets how soft the distributions are.</summary>
    /// <value>Positive. The default value is 4.</value>
    public Schedule Temperature { get; }

    /// <inheritdoc/>
    public IEnumerable<(string Name, object? Value)> Describe() => [(nameof(Temperature), Temperature)];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The logits are not [N, C, H, W], or the shapes of student, teacher and mask do not fit.</exception>
    public Tensor Compute(DistillationContext context)
    {
        (Tensor student, Tensor teacher) = (Require.Present(context).Student.Logits, context.Teacher.Logits);
        if (student.dim() != 4 || !Shapes.Same(student, teacher))
        {
            throw new InvalidOperationException(
                $"Student and teacher must give maps of logits [N, C, H, W] of one shape, but the student gave {Shapes.Of(student)} and the "
                + $"teacher {Shapes.Of(teacher)}.");
        }

        student = Loss.Widen(student);
        return ChannelDivergence.Of(student, teacher.to(student.dtype), Loss.At(Temperature, context.Position), Left(context, student));
    }

    private static Tensor? Left(DistillationContext context, Tensor student) => context.Batch switch
    {
        MaskedBatch { Mask: var mask } when Shapes.Of(mask) == Shapes.OfRows(student) => mask.Eq(0),
        MaskedBatch { Mask: var mask } => throw new InvalidOperationException(
            $"The mask must be {Shapes.OfRows(student)}, one for each place of logits {Shapes.Of(student)}, but is {Shapes.Of(mask)}."),
        _ => null,
    };
}
