namespace Distillation.Tests.Training.Trainers;

/// <summary>Adds to each sample a number that is a function of its own number and of the seed.</summary>
internal sealed class Shift : ISampleTransform
{
    public Tensor Transform(Tensor inputs, Tensor indices, int seed) =>
        inputs + torch.tensor([.. indices.data<long>().Select(index => Of(index, seed))]).view([-1, .. Enumerable.Repeat(1L, (int)inputs.dim() - 1)]);

    public static double Of(long index, int seed) => new Random(unchecked((seed * 31) + (int)index)).NextDouble() - 0.5;
}
