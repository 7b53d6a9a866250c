using Distillation.Models;

namespace Distillation.Caching;

/// <summary>Fills up a batch that is not full before a teacher predicts it.</summary>
/// <remarks>
/// Libraries of linear algebra use other kernels for a few rows, which round differently: without this the outputs of the last batch of an epoch would have
/// other bits than those of the same samples in a full one, and a cached teacher other bits than the teacher in the loop.
/// </remarks>
internal static class FullBatch
{
    /// <summary>Predicts a batch; where all parts of the teacher accept it, the samples of a batch that is not full are repeated until it is.</summary>
    public static ModelOutput Predict(ITeacher teacher, Batch batch, FeatureSet features, CancellationToken cancellationToken = default)
    {
        if (batch.Count >= batch.FullCount || !AcceptsRepeatedSamples(teacher))
        {
            return teacher.Predict(batch, features, cancellationToken);
        }

        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        if (batch.Repeated(batch.FullCount) is { } full && Cut(teacher.Predict(full, features, cancellationToken), batch) is { } output)
        {
            return Moved(output);
        }

        return Moved(teacher.Predict(batch, features, cancellationToken));
    }

    private static bool AcceptsRepeatedSamples(ITeacher teacher) => DelegatingTeacher.PartsOf(teacher).All(part => part.AcceptsRepeatedSamples);

    // Layers that do not begin with the samples, as those of a sequence first network, cannot be cut.
    private static ModelOutput? Cut(ModelOutput output, Batch batch) =>
        output.Features.Select(feature => output[feature]).Append(output.Logits).All(tensor => tensor.dim() > 0 && tensor.size(0) == batch.FullCount)
            ? new(
                output.Logits.narrow(0, 0, batch.Count), output.Features.ToDictionary(feature => feature, feature => output[feature].narrow(0, 0, batch.Count)))
            : null;

    private static ModelOutput Moved(ModelOutput output)
    {
        _ = output.Logits.MoveToOuterDisposeScope();
        foreach (Feature feature in output.Features)
        {
            _ = output[feature].MoveToOuterDisposeScope();
        }

        return output;
    }
}
