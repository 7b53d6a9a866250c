using static TorchSharp.torch.nn;

namespace Distillation.Data;

/// <summary>Two sources one behind the other.</summary>
internal sealed class ConcatenatedSource(IDataSource first, IDataSource second) : IDataSource
{
    public long Count => first.Count + second.Count;

    public Batch Read(Tensor indices)
    {
        Tensor inFirst = indices.less(first.Count);
        long count = inFirst.sum().item<long>();
        if (count == indices.size(0))
        {
            return first.Read(indices);
        }

        if (count == 0)
        {
            return second.Read(indices.Minus(first.Count)).With(indices: indices);
        }

        Tensor inSecond = inFirst.logical_not();
        Batch front = first.Read(indices.masked_select(inFirst));
        Batch back = second.Read(indices.masked_select(inSecond).Minus(first.Count));
        RequirePlain(front);
        RequirePlain(back);
        Tensor places = torch.cat([inFirst.nonzero().flatten(), inSecond.nonzero().flatten()]).argsort();
        return new Batch(
            torch.cat([front.Inputs, back.Inputs]).index_select(0, places.to(front.Inputs.device)), Labels(front, back)?.index_select(0, places.to(front.Inputs.device)), indices);
    }

    // Class ids beside probabilities become probabilities too: a one, and zeros.
    private static Tensor? Labels(Batch front, Batch back) => (front.Labels, back.Labels) switch
    {
        (null, null) => null,
        ({ } one, { } other) when one.dim() == other.dim() => torch.cat([one, other]),
        ({ } ids, { } probabilities) when ids.dim() == 1 && probabilities.dim() == 2 => torch.cat([OneHot(ids, probabilities), probabilities]),
        ({ } probabilities, { } ids) when ids.dim() == 1 && probabilities.dim() == 2 => torch.cat([probabilities, OneHot(ids, probabilities)]),
        _ => throw new InvalidOperationException($"Two sources that follow each other must both have labels or neither, of fitting shapes, but have {Shapes.Of(front.Labels)} and {Shapes.Of(back.Labels)}."),
    };

    private static Tensor OneHot(Tensor ids, Tensor probabilities) => functional.one_hot(ids.to(torch.ScalarType.Int64), probabilities.size(1)).to(probabilities.dtype);

    private static void RequirePlain(Batch batch)
    {
        if (batch.GetType() != typeof(Batch))
        {
            throw new NotSupportedException($"A batch from two sources cannot carry what {batch.GetType().Name} carries. Read it from a source of your own.");
        }
    }
}
