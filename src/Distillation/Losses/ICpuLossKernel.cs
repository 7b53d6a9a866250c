namespace Distillation.Losses;

/// <summary>
/// A loss that can measure small logits without libtorch: for 64 rows of 10 classes a call costs more than the arithmetic, and a loss makes twenty.
/// </summary>
internal interface ICpuLossKernel
{
    /// <summary>Returns whether the loss, with its settings, can measure the rows.</summary>
    bool CanMeasure(in CpuLogits rows);

    /// <summary>Measures the rows, and adds the gradient.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="gradient">To which weight times the gradient at the student's logits is added, [R · C].</param>
    /// <param name="weight">What the gradient is multiplied by.</param>
    /// <returns>The loss, the mean over the rows, without the weight.</returns>
    double Measure(in CpuLogits rows, Span<float> gradient, double weight);
}
