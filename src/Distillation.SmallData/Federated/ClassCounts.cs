using Distillation.Evaluation;

namespace Distillation.SmallData;

/// <summary>The class ids of data, and their numbers.</summary>
internal static class ClassCounts
{
    /// <summary>Reads all class ids.</summary>
    /// <exception cref="ArgumentException">The labels are no class ids.</exception>
    public static long[] ReadIds(IDataSource source)
    {
        var ids = new List<long>();
        foreach (long start in DataPass.Starts(source, 1024))
        {
            using var scope = torch.NewDisposeScope();
            Tensor? labels = DataPass.Read(source, start, 1024, device: null).Labels;
            if (labels is null || labels.dim() != 1 || !torch.is_integral(labels))
            {
                throw new ArgumentException(
                    $"Labels must be class ids [N] of an integer type, but are {Distillation.Shapes.Of(labels)} {labels?.dtype}.", nameof(source));
            }

            ids.AddRange(labels.to(torch.ScalarType.Int64).cpu().data<long>().ToArray());
        }

        return [.. ids];
    }

    /// <summary>Counts the samples of each class that is there.</summary>
    public static Dictionary<long, long> Of(IEnumerable<long> ids) => ids.CountBy(id => id).ToDictionary(pair => pair.Key, pair => (long)pair.Value);
}
