namespace Distillation;

/// <summary>Measures how far a student is from what it should say.</summary>
/// <remarks>
/// <para>A loss of your own needs <see cref="Compute"/> alone. The other members are abilities: each has the value of a loss that lacks it.</para>
/// <para>Losses add up: <c>0.9 * new SoftTargetLoss(4) + 0.1 * new HardLabelLoss()</c>; see <see cref="LossArithmetic"/>.</para>
/// </remarks>
public interface IDistillationLoss : ISelfDescribing
{
    /// <summary>Gets the name under which the loss is reported.</summary>
    /// <value>The default value is the name of the type without "Loss".</value>
    string Name
    {
        get
        {
            string type = GetType().Name;
            return type.Length > 4 && type.EndsWith("Loss", StringComparison.Ordinal) ? type[..^4] : type;
        }
    }

    /// <summary>Gets the inner layers that the loss reads.</summary>
    /// <value>The default value is <see cref="FeatureDemand.None"/>: the logits alone.</value>
    FeatureDemand Features => FeatureDemand.None;

    /// <summary>Gets what the loss learns itself (connectors, a temperature, a memory bank); it is trained with the student.</summary>
    /// <value>The default value is <see langword="null"/>: nothing. Read after <see cref="Prepare"/>.</value>
    torch.nn.Module? Module => null;

    /// <summary>Gets the gradient at the student's logits in closed form: faster than the graph, and equal to it.</summary>
    /// <value>The default value is <see langword="null"/>: the gradient comes from the graph. A loss that reads inner layers of the student, or learns itself, has none.</value>
    IClosedFormGradient? ClosedForm => null;

    /// <summary>Measures one batch.</summary>
    /// <param name="context">What student and teacher said of it.</param>
    /// <returns>A scalar, differentiable in the student's outputs; the mean over the batch, so that it does not grow with N.</returns>
    Tensor Compute(DistillationContext context);

    /// <summary>Sees one batch before the run, without gradients, to size what depends on the shapes of the models.</summary>
    /// <param name="sample">What student and teacher said of the first batch.</param>
    void Prepare(DistillationContext sample)
    {
    }
}
