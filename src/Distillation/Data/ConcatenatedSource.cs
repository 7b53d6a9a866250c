namespace Distillation.Data;

/// <summary>Two sources one behind the other.</summary>
/// <remarks>What a batch looks like is decided by the first sample of both, so that it does not depend on which of the sources a batch reads.</remarks>
internal sealed class ConcatenatedSource(IDataSource first, IDataSource second) : IDataSource
{
    private const string Keeper = "A batch from two sources";

    private readonly Lazy<LabelForm?> _form = new(() => FormOf(first, second));

    public long Count => first.Count + second.Count;

    public IReadOnlyList<int>? Lengths => field ??= first.Lengths is { } front && second.Lengths is { } back ? [.. front, .. back] : null;

    public Batch Read(Tensor indices)
    {
        LabelForm? form = _form.Value;
        Tensor inFirst = indices.less(first.Count);
        long count = inFirst.sum().item<long>();
        if (count == indices.size(0))
        {
            return Formed(first.Read(indices), form, indices);
        }

        if (count == 0)
        {
            return Formed(second.Read(indices.Sub(first.Count)), form, indices);
        }

        Tensor inSecond = inFirst.logical_not();
        Batch front = Formed(first.Read(indices.masked_select(inFirst)), form, indices.masked_select(inFirst));
        Batch back = Formed(second.Read(indices.masked_select(inSecond).Sub(first.Count)), form, indices.masked_select(inSecond));
        Tensor places = torch.cat([inFirst.nonzero().flatten(), inSecond.nonzero().flatten()]).argsort();
        return new Batch(Joined(front.Inputs, back.Inputs, places), form is null ? null : Joined(front.Labels!, back.Labels!, places), indices);
    }

    private static Tensor Joined(Tensor front, Tensor back, Tensor places) => torch.cat([front, back]).index_select(0, places.to(front.device));

    private static Batch Formed(Batch batch, LabelForm? form, Tensor indices)
    {
        PlainBatch.Require(batch, Keeper);
        if (form is null && batch.Labels is not null)
        {
            throw new InvalidOperationException(
                $"The first samples of two sources that follow each other have no labels, but sample {indices[0].item<long>()} has some. "
                + "Either all samples have labels, or none has.");
        }

        return new Batch(batch.Inputs, form?.Apply(batch.Labels, indices), indices);
    }

    private static LabelForm? FormOf(IDataSource first, IDataSource second)
    {
        using var scope = torch.NewDisposeScope();
        Batch[] samples =
            [.. ((IDataSource[])[first, second]).Where(source => source.Count > 0).Select(source => source.Read(torch.zeros(1, torch.ScalarType.Int64)))];
        Array.ForEach(samples, sample => PlainBatch.Require(sample, Keeper));
        if (samples is [{ Inputs: var front }, { Inputs: var back }] && (front.dtype != back.dtype || !Shapes.Same(front, back)))
        {
            throw new InvalidOperationException(
                $"Two sources that follow each other must have inputs of one shape and type, but a sample of the first is {Shapes.Of(front)} {front.dtype}, "
                + $"and of the second {Shapes.Of(back)} {back.dtype}.");
        }

        return samples is [] ? null : LabelForm.Of(samples[0].Labels, samples[^1].Labels);
    }
}
