namespace Distillation.Training;

/// <summary>Views of samples, each a function of (seed, epoch, sample, view).</summary>
internal static class SampleViews
{
    /// <summary>Changes the inputs of a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="transform">What changes them.</param>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="view">Which view of the sample: views of different numbers have nothing in common.</param>
    /// <returns>A batch of the same type, in the current dispose scope.</returns>
    /// <exception cref="InvalidOperationException">The transform returned another number of samples.</exception>
    public static Batch Of(Batch batch, ISampleTransform transform, int seed, int epoch, int view = 0)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        ulong mixed = SplitMix64.Mix(SplitMix64.Mix(seed, epoch), (ulong)view);
        Tensor inputs = transform.Transform(batch.Inputs, batch.Indices, unchecked((int)mixed));
        if (inputs.dim() == 0 || inputs.size(0) != batch.Count)
        {
            throw new InvalidOperationException(
                $"{transform.GetType().Name} must return {batch.Count} samples for the inputs {Shapes.Of(batch.Inputs)}, but returned {Shapes.Of(inputs)}.");
        }

        // A transform that changes nothing may return the inputs themselves, which are not of this scope.
        return batch.With(inputs: ReferenceEquals(inputs, batch.Inputs) ? inputs : inputs.MoveToOuterDisposeScope());
    }
}
