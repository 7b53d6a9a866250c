using Distillation.Losses;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DistillationLoss;

/// <summary>The distance of the teacher's and the student's logits in direction: the mean over rows of 1 − cos(s, t).</summary>
public sealed class CustomLoss : RowLoss
{
    /// <summary>Returns the value of each row.</summary>
    /// <param name="rows">Logits of both, [R, C]: of samples, tokens or pixels, without those that a mask leaves out.</param>
    /// <returns>The values, [R].</returns>
    public override Tensor ComputeRows(LogitRows rows) => 1 - functional.cosine_similarity(rows.Student, rows.Teacher, dim: 1);
}
