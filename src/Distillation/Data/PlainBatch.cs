namespace Distillation.Data;

/// <summary>Refuses batches that carry more than what is kept of them.</summary>
internal static class PlainBatch
{
    /// <exception cref="NotSupportedException">The batch is of a derived type, whose further tensors would be lost.</exception>
    public static void Require(Batch batch, string keeper)
    {
        if (batch.GetType() != typeof(Batch))
        {
            throw new NotSupportedException($"{keeper} keeps inputs and labels alone, and would lose what a {batch.GetType().Name} carries besides.");
        }
    }
}
