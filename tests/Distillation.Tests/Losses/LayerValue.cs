namespace Distillation.Tests.Losses;

/// <summary>A loss on the layers "student" and "teacher", given as tensors.</summary>
internal static class LayerValue
{
    public static double Of(IDistillationLoss loss, Tensor student, Tensor teacher, Tensor? mask = null)
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Context(student, teacher, mask);
        using (torch.no_grad())
        {
            loss.Prepare(context);
        }

        return loss.Compute(context).item<double>();
    }

    public static DistillationContext Context(Tensor student, Tensor teacher, Tensor? mask = null)
    {
        long samples = student.size(0);
        (Tensor inputs, Tensor indices, Tensor logits) =
            (torch.zeros(samples, 1), torch.arange(samples, torch.ScalarType.Int64), torch.zeros(samples, 2, torch.ScalarType.Float64));
        return new(
            new ModelOutput(logits, new Dictionary<Feature, Tensor> { ["student"] = student }),
            new ModelOutput(logits, new Dictionary<Feature, Tensor> { ["teacher"] = teacher }),
            mask is null ? new Batch(inputs, labels: null, indices) : new MaskedBatch(inputs, labels: null, indices, mask));
    }

    /// <summary>Random numbers in float64.</summary>
    public static Tensor Random(int seed, params long[] shape)
    {
        using var generator = new torch.Generator((ulong)seed);
        return torch.randn(shape, torch.ScalarType.Float64, generator: generator);
    }
}
