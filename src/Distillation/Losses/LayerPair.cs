namespace Distillation.Losses;

/// <summary>A layer of the student, and the layer of the teacher that it is compared with.</summary>
/// <param name="Student">The student's layer.</param>
/// <param name="Teacher">The teacher's layer.</param>
public readonly record struct LayerPair(Feature Student, Feature Teacher) : ISelfDescribing
{
    IEnumerable<(string Name, object? Value)> ISelfDescribing.Describe() => [(nameof(Student), Student), (nameof(Teacher), Teacher)];

    /// <summary>Gets what a loss over several pairs reads.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <returns>All their layers.</returns>
    /// <exception cref="ArgumentException">A pair is named twice.</exception>
    public static RequiredFeatures Demand(IEnumerable<LayerPair> pairs)
    {
        LayerPair[] all = [.. Require.Present(pairs)];
        if (all.CountBy(pair => pair).FirstOrDefault(pair => pair.Value > 1) is { Value: > 1, Key: LayerPair twice })
        {
            throw new ArgumentException(
                $"Each pair of layers must be named once, but the student's '{twice.Student}' with the teacher's '{twice.Teacher}' is named more than once. "
                + "Weigh the loss if it is to count more.",
                nameof(pairs));
        }

        return new(FeatureSet.Of(all.Select(pair => pair.Student)), FeatureSet.Of(all.Select(pair => pair.Teacher)));
    }

    /// <summary>The pairs of a loss that compares at least some number of them.</summary>
    internal static LayerPair[] AtLeast(int count, IReadOnlyList<LayerPair> pairs)
    {
        Require.Present(pairs);
        return pairs.Count >= count
            ? [.. pairs]
            : throw new ArgumentException($"The number of pairs of layers must be at least {count}, but was {pairs.Count}.", nameof(pairs));
    }

    /// <summary>Both layers of a batch, the teacher's in the student's data type; in float32 where that is float16 or bfloat16.</summary>
    internal (Tensor Student, Tensor Teacher) Of(DistillationContext context)
    {
        Tensor student = Loss.Widen(Require.Present(context).Student[Student]);
        return (student, context.Teacher[Teacher].to(student.dtype));
    }
}
