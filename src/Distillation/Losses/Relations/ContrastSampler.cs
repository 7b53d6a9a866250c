using System.Runtime.InteropServices;
using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Draws the negatives of each sample from torch's generator.</summary>
/// <remarks>
/// All samples stand in the order of their classes, so that the class of a sample is a gap which a draw jumps over. Without classes each sample is its own.
/// </remarks>
internal sealed class ContrastSampler : Module
{
    private readonly Tensor _order;
    private readonly Tensor _starts;
    private readonly Tensor _counts;

    public ContrastSampler(long samples, IReadOnlyList<long>? classIds, torch.Device device)
        : base(nameof(ContrastSampler))
    {
        long[] order = [.. Enumerable.Range(0, checked((int)samples)).Select(sample => (long)sample)];
        long[] keys = classIds is null ? [.. order] : [.. classIds];
        Array.Sort(keys, order);
        (long[] starts, long[] counts) = (new long[samples], new long[samples]);
        for (int start = 0, end = 0; start < keys.Length; start = end)
        {
            while (end < keys.Length && keys[end] == keys[start])
            {
                end++;
            }

            foreach (long sample in order.AsSpan(start, end - start))
            {
                (starts[sample], counts[sample]) = (start, end - start);
            }
        }

        _order = Buffer(order, device);
        _starts = Buffer(starts, device);
        _counts = Buffer(counts, device);
        RegisterComponents();
    }

    /// <summary>Draws with replacement.</summary>
    /// <param name="indices">The samples' numbers, [N].</param>
    /// <param name="negatives">How many others each sample gets, K.</param>
    /// <returns>[N, K + 1]: the sample's own number, and those of others.</returns>
    public Tensor Draw(Tensor indices, long negatives)
    {
        try
        {
            Tensor start = _starts.index_select(0, indices).unsqueeze(1);
            Tensor count = _counts.index_select(0, indices).unsqueeze(1);
            Tensor place = torch.rand([indices.size(0), negatives], torch.ScalarType.Float64, indices.device)
                .mul_(count.RSub(_order.size(0)))
                .to(torch.ScalarType.Int64);
            place.AddInPlace(place.ge(start).to(torch.ScalarType.Int64).mul_(count));
            return torch.cat([indices.unsqueeze(1), _order.take(place)], 1);
        }
        catch (ExternalException native) when (SampleNumbers.Explain(indices, _order.size(0), native) is { } explained)
        {
            throw explained;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _order.Dispose();
            _starts.Dispose();
            _counts.Dispose();
        }

        base.Dispose(disposing);
    }

    private static Tensor Buffer(long[] numbers, torch.Device device) => torch.tensor(numbers, device: device).DetachFromDisposeScope();
}
