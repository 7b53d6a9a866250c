namespace Distillation.Compression;

public static partial class StudentBuilder
{
    /// <summary>
    /// Gives a network of its own a part of the weights of a larger one of the same kind: of each tensor, those at evenly spaced places along each dimension.
    /// (Xu et al., "Initializing Models with Larger Ones", 2023, uniform selection.)
    /// </summary>
    /// <remarks>
    /// The paper takes the first layers of the larger network where it has more: name them so by <paramref name="rename"/>. Place i of n is ⌊i·m/n⌋ of m.
    /// </remarks>
    /// <param name="student">The network that gets weights and statistics, which keep their shapes, data types and devices.</param>
    /// <param name="teacher">The larger network, which does not change.</param>
    /// <param name="rename">
    /// Returns the name of the teacher's tensor for a name in the student's <c>state_dict()</c>, or <see langword="null"/> for none; the same name if not
    /// given.
    /// </param>
    /// <returns>
    /// The names of the student's tensors that were not set, because the teacher has none of the name that is as large; in the order of the student.
    /// </returns>
    /// <exception cref="ArgumentException">No tensor of the student has one of the teacher.</exception>
    public static IReadOnlyList<string> SelectWeights(torch.nn.Module student, torch.nn.Module teacher, Func<string, string?>? rename = null)
    {
        Dictionary<string, Tensor> targets = Require.Present(student).state_dict();
        Dictionary<string, Tensor> sources = Require.Present(teacher).state_dict();
        using var noGradient = torch.no_grad();
        var unset = new List<string>();
        foreach ((string name, Tensor target) in targets)
        {
            string? from = rename is null ? name : rename(name);
            if (from is not null && sources.TryGetValue(from, out Tensor? source) && IsAsLarge(source, target))
            {
                using var scope = torch.NewDisposeScope();
                _ = target.copy_(Selected(source.detach(), target.shape));
            }
            else
            {
                unset.Add(name);
            }
        }

        return unset.Count < targets.Count
            ? unset
            : throw new ArgumentException(
                $"A tensor of the student must have one of the teacher with its name that is as large, but none has. The student's are "
                + $"{string.Join(", ", targets.Keys)}; the teacher's {string.Join(", ", sources.Keys)}.",
                nameof(teacher));
    }

    private static bool IsAsLarge(Tensor source, Tensor target) =>
        source.dim() == target.dim() && source.shape.Zip(target.shape).All(sizes => sizes.First >= sizes.Second);

    private static Tensor Selected(Tensor source, long[] shape)
    {
        Tensor selected = source;
        foreach ((int dimension, long size) in shape.Index())
        {
            long all = source.size(dimension);
            if (all > size)
            {
                Tensor places = torch.tensor([.. Enumerable.Range(0, (int)size).Select(place => place * all / size)], device: source.device);
                selected = selected.index_select(dimension, places);
            }
        }

        return selected;
    }
}
