namespace Distillation;

/// <summary>Computes how far the outputs of a student are from their targets.</summary>
/// <remarks>
/// <para>A loss of your own needs <see cref="Compute"/> alone. The other members are abilities: each has the value of a loss that lacks it.</para>
/// <para>Losses add up: <c>0.9 * new SoftTargetLoss(4) + 0.1 * new HardLabelLoss()</c>; see <see cref="LossArithmetic"/>.</para>
/// </remarks>
public interface IDistillationLoss : ISelfDescribing
{
    /// <summary>Gets the name under which the loss is reported.</summary>
    /// <value>The default value is the name of the type without "Loss".</value>
    string Name => TypeName.Without("Loss", GetType());

    /// <summary>Gets the inner layers that the loss reads.</summary>
    /// <value>The default value is <see cref="RequiredFeatures.None"/>: the logits alone.</value>
    RequiredFeatures Features => RequiredFeatures.None;

    /// <summary>Gets what the loss learns itself (connectors, a temperature, a memory bank); it is trained with the student.</summary>
    /// <value>The default value is <see langword="null"/>: nothing. Read after <see cref="Prepare"/>.</value>
    torch.nn.Module? Module => null;

    /// <summary>Gets the gradient at the student's logits in closed form: faster than the graph, and equal to it.</summary>
    /// <value>
    /// The default value is <see langword="null"/>: the gradient comes from the graph. A loss that reads inner layers of the student, or learns itself, has
    /// none.
    /// </value>
    IClosedFormGradient? ClosedForm => null;

    /// <summary>
    /// Gets whether the value for a batch depends on how its samples compare with each other (relations, memories, in-batch statistics), so that it is not the
    /// mean of values for parts of the batch. Batch normalization in <see cref="Module"/> does not count: as in a student, it sees the micro-batches.
    /// </summary>
    /// <value>
    /// The default value is <see langword="false"/>. Such a loss is refused with <see cref="TrainerOptions.MicroBatchSize"/>, unless
    /// <see cref="TrainerOptions.CompareWithinMicroBatches"/> is set.
    /// </value>
    bool ComparesSamples => false;

    /// <summary>Gets whether the loss is 0 for samples that were not in the batch before.</summary>
    internal bool NeedsOverlap => false;

    /// <summary>
    /// Computes the weight of a batch in the mean that the loss takes: what the sum over the batch is divided by. A micro-batch has the part of the whole
    /// batch's weight in the update, and a batch that of the sum of weights in reported means.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="student">Outputs of the student, of this batch or of a micro-batch of it: their first dimensions may differ.</param>
    /// <returns>
    /// A scalar of a floating type, zero or positive, on the device of the batch, in the current dispose scope; or <see langword="null"/>, the default: the
    /// number of samples.
    /// </returns>
    Tensor? GetWeight(Batch batch, ModelOutput student) => null;

    /// <summary>
    /// Creates the model that predicts once a student is trained with this loss, where that is not the student itself. Validation measures it.
    /// </summary>
    /// <param name="student">The student; the caller disposes it.</param>
    /// <returns>A teacher with the weights as they are at each prediction; or <see langword="null"/>, the default: the student predicts by itself.</returns>
    ITeacher? CreatePredictor(IStudent student) => null;

    /// <summary>Measures one batch.</summary>
    /// <param name="context">The outputs of student and teacher for the batch.</param>
    /// <returns>A scalar, differentiable in the student's outputs; the mean over the batch, so that it does not grow with N.</returns>
    Tensor Compute(DistillationContext context);

    /// <summary>Sees one batch before the run, without gradients, to size what depends on the shapes of the models.</summary>
    /// <param name="sample">The outputs of student and teacher for the first batch.</param>
    void Prepare(DistillationContext sample)
    {
    }
}
