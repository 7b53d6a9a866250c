namespace Distillation.Tests.Training;

public sealed partial class NonFiniteTests
{
    /// <summary>Zero, and not a number at some steps.</summary>
    private sealed class Breaks(long at, int times = 1, long every = 1) : IDistillationLoss
    {
        public Tensor Compute(DistillationContext context)
        {
            long since = context.Position.Step - at;
            bool now = since >= 0 && since % every == 0 && since / every < times;
            return context.Student.Logits.mean() * (now ? double.NaN : 0);
        }
    }

    /// <summary>Zero with a finite gradient, but at some steps one that is infinite: that of a root at 0.</summary>
    private sealed class SteepAt(long at, int times = 1) : IDistillationLoss
    {
        public Tensor Compute(DistillationContext context)
        {
            Tensor zero = context.Student.Logits.mean() * 0;
            return context.Position.Step >= at && context.Position.Step < at + times
                ? (zero + context.Student.Logits.sum() - context.Student.Logits.detach().sum()).sqrt()
                : zero;
        }
    }

    /// <summary>A gradient a thousand times as long at one step.</summary>
    private sealed class Lifts(long at) : IDistillationLoss
    {
        public Tensor Compute(DistillationContext context) => context.Student.Logits.sum() * (context.Position.Step == at ? 1000 : 0);
    }

    /// <summary>A source in which some samples are not numbers.</summary>
    private sealed class BrokenSamples(TensorData data, long from, long to) : IDataSource
    {
        public long Count => data.Count;

        public Batch Read(Tensor indices)
        {
            Batch batch = data.Read(indices);
            Tensor broken = indices.greater_equal(from).logical_and(indices.less(to)).unsqueeze(1);
            return batch.With(inputs: batch.Inputs.masked_fill(broken, float.NaN));
        }
    }
}
