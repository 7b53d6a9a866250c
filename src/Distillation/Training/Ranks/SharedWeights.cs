using System.Security.Cryptography;
using System.Text;

namespace Distillation.Training;

/// <summary>Keeps the weights of the ranks the same: averages the buffers, which each rank changes by its own samples, and compares all bits.</summary>
internal sealed class SharedWeights(RankGroup group, IReadOnlyList<Learner> learners)
{
    /// <summary>Requires the same run on all ranks: options, losses, optimizers, models, number of samples, starting weights.</summary>
    /// <exception cref="InvalidOperationException">A rank differs; it is thrown on all ranks.</exception>
    public void RequireSameRun(IReadOnlyDictionary<string, string> settings)
    {
        string text = string.Join('\n', settings.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
        group.RequireSame(
            SHA256.HashData(Encoding.UTF8.GetBytes(text)), "settings of the run", "Every rank must have the same options, loss, models and data.");
        RequireSame(
            "starting weights", "Seed libtorch's generator before the models are made (torch.random.manual_seed), or load the same weights on every rank.");
    }

    /// <summary>Averages the buffers of floating point; the others become those of rank 0.</summary>
    /// <remarks>The mean is taken of the differences from rank 0, so that buffers that are the same stay so to the last bit.</remarks>
    public void AverageBuffers()
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        ILookup<bool, Tensor> buffers = learners.SelectMany(learner => learner.Buffers()).DistinctBy(buffer => buffer.Handle)
            .ToLookup(torch.is_floating_point);
        foreach (Tensor buffer in buffers[false])
        {
            Tensor copy = buffer.cpu().contiguous().clone().flatten();
            group.Broadcast(copy);
            _ = buffer.copy_(copy.view(buffer.shape));
        }

        Tensor[] averaged = [.. buffers[true].Where(buffer => buffer.numel() > 0)];
        if (averaged.Length == 0)
        {
            return;
        }

        Tensor own = torch.cat([.. averaged.Select(buffer => buffer.detach().to(torch.ScalarType.Float64).cpu().flatten())]);
        Tensor first = own.clone();
        group.Broadcast(first);
        Tensor differences = torch.where(own.eq(first), torch.zeros_like(own), own - first);
        group.Sum(differences);
        Tensor means = first.AddInPlace(differences, 1.0 / group.Count);
        long start = 0;
        foreach (Tensor buffer in averaged)
        {
            _ = buffer.copy_(means.narrow(0, start, buffer.numel()).view(buffer.shape));
            start += buffer.numel();
        }
    }

    /// <summary>Requires the same bits of all weights, buffers and averages on all ranks.</summary>
    /// <param name="what">Which weights they are, for the message.</param>
    /// <param name="hint">What would be right.</param>
    /// <exception cref="InvalidOperationException">A rank has others; it is thrown on all ranks.</exception>
    public void RequireSame(
        string what,
        string hint = "All ranks need processors of the same kind, the same libraries, and a loss and models that depend on the batch and the seed alone.") =>
        group.RequireSame(Digest(), what, hint);

    private byte[] Digest()
    {
        using var scope = torch.NewDisposeScope();
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Tensor tensor in learners.SelectMany(learner => learner.Weights.Concat(learner.Averages)))
        {
            digest.AppendData(tensor.detach().cpu().contiguous().bytes);
        }

        return digest.GetHashAndReset();
    }
}
