using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Pearson's correlation.</summary>
internal static class Pearson
{
    /// <summary>One minus the correlation of student and teacher along a dimension, [R, C], and the mean over the other.</summary>
    /// <remarks>A norm below 1e-8 counts as 1e-8: what does not vary has no correlation, 0.</remarks>
    public static Tensor Distance(Tensor student, Tensor teacher, long along) =>
        1 - functional.cosine_similarity(student - student.mean([along], keepdim: true), teacher - teacher.mean([along], keepdim: true), along).mean();
}
