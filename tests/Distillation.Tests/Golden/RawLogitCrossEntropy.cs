using static TorchSharp.torch.nn;

namespace Distillation.Tests.Golden;

/// <summary>The loss of the article that the project began with, as it stands there: the raw logits of the original as the target. A user's own loss.</summary>
internal sealed class RawLogitCrossEntropy : IDistillationLoss
{
    public Tensor Compute(DistillationContext context) => functional.cross_entropy(context.Student.Logits, context.Teacher.Logits);
}
