using System.Runtime.InteropServices;
using Distillation.Models;

namespace Distillation.Losses;

/// <summary>A teacher's listed classes as rows, for losses on sparse targets.</summary>
internal static class TopKTargets
{
    /// <summary>The listed classes of each row, [R, k] int64, and the logarithms of their probabilities in the data type of the student.</summary>
    /// <exception cref="InvalidOperationException">The teacher does not list them, or not as many of one as of the other.</exception>
    public static (Tensor Indices, Tensor Log) Read(LogitRows rows)
    {
        Tensor indices = rows.TeacherLayer(TopKFeatures.Indices).to(torch.ScalarType.Int64);
        Tensor log = rows.TeacherLayer(TopKFeatures.LogProbabilities).to(rows.Student.dtype);
        return Shapes.Same(indices, log)
            ? (indices, log)
            : throw new InvalidOperationException(
                $"The teacher must give as many log-probabilities as classes, but '{TopKFeatures.Indices}' has rows {Shapes.Of(indices)} and "
                + $"'{TopKFeatures.LogProbabilities}' {Shapes.Of(log)}.");
    }

    /// <summary>The logits of the listed classes, [R, k].</summary>
    /// <exception cref="InvalidOperationException">A listed class is none of the student's.</exception>
    public static Tensor Gather(Tensor logits, Tensor indices)
    {
        try
        {
            return logits.gather(1, indices);
        }
        catch (ExternalException native)
        {
            throw new InvalidOperationException(
                $"The classes in '{TopKFeatures.Indices}' must be in [0, {logits.size(1) - 1}], for the student has {logits.size(1)} outputs.", native);
        }
    }

    /// <summary>The logits of the classes that are not listed, [R, C]; −∞ at the listed ones.</summary>
    public static Tensor Others(Tensor logits, Tensor indices) =>
        logits.scatter(1, indices, KeptAliveScalar.FullLike(indices, double.NegativeInfinity, logits.dtype));
}
