namespace Distillation.SmallData;

/// <summary>New samples, each made when it is read: the same at each reading, in any batch.</summary>
internal sealed class GeneratedSource(LabeledSamples originals, ISampleGenerator generator, long count, int seed) : IDataSource
{
    private const double Rounding = 1e-4;

    public long Count => count;

    public Batch Read(Tensor indices)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        torch.Device device = originals.Inputs.device;

        // Each original is the parent of as many samples as any other.
        Tensor parents = indices.Remainder(originals.Count).to(device);
        GeneratedSamples samples = generator.Generate(originals, parents, new SampleRandom(seed, indices, device));
        Tensor? labels = samples.Parents.size(1) == 0 || !originals.HasLabels ? null : KnownLabels(samples);
        return new Batch(samples.Inputs.MoveToOuterDisposeScope(), labels?.MoveToOuterDisposeScope(), indices);
    }

    // Of a sample without known originals they are zeros; of targets, where zero is a number like any other, what is known in part is none: NaN.
    private Tensor KnownLabels(GeneratedSamples samples)
    {
        long kinds = samples.Parents.size(1);
        bool areClasses = originals.Rules.IsClassification;
        Tensor rows = areClasses ? originals.OneHotLabels : originals.Targets!.reshape(originals.Count, -1);
        Tensor known = rows.index_select(0, samples.Parents.reshape(-1)).view(-1, kinds, rows.size(1));
        Tensor labels = (known * samples.Shares.to(known.dtype).unsqueeze(2)).sum(1);
        if (areClasses)
        {
            return labels;
        }

        labels = labels.MaskedFill(samples.Shares.sum(1, keepdim: true).Lt(1 - Rounding), double.NaN);
        return originals.Targets!.dim() == 1 ? labels.squeeze(1) : labels;
    }
}
