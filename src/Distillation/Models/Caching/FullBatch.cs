using Distillation.Models;

namespace Distillation.Caching;

/// <summary>Asks a network about a batch that is not full as if it were.</summary>
/// <remarks>Libraries of linear algebra take other kernels for a few rows, which round otherwise: without this the last batch of an epoch would get other bits than the same samples get in a full one, and a recording of
/// the teacher other ones than the teacher in the loop.</remarks>
internal static class FullBatch
{
    /// <summary>Asks a teacher; where it is made of networks of the library alone, the samples of a batch that is not full are repeated until it is.</summary>
    public static ModelOutput Predict(ITeacher teacher, Batch batch, FeatureSet features, CancellationToken cancellationToken = default)
    {
        if (batch.Count >= batch.FullCount || !IsRowByRow(teacher))
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

    // The code of others may do anything with a batch, and a teacher behind a network is paid by the sample: they see what there is.
    private static bool IsRowByRow(ITeacher teacher) =>
        DelegatingTeacher.PartsOf(teacher).All(part => part.GetType().Assembly == typeof(FullBatch).Assembly && part is not (CachedTeacher or FunctionTeacher));

    // Layers that do not begin with the samples, as those of a sequence first network, cannot be cut.
    private static ModelOutput? Cut(ModelOutput output, Batch batch) =>
        output.Features.Select(feature => output[feature]).Append(output.Logits).All(tensor => tensor.dim() > 0 && tensor.size(0) == batch.FullCount)
            ? new(output.Logits.narrow(0, 0, batch.Count), output.Features.ToDictionary(feature => feature, feature => output[feature].narrow(0, 0, batch.Count)))
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
