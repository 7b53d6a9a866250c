using System.Globalization;

namespace Distillation.Losses;

/// <summary>Pairs the layers of a student with those of a deeper teacher, for losses on transformers.</summary>
/// <remarks>A pattern is the path of a layer with <c>{0}</c> in place of its number, from 0: <c>encoder.layers.{0}</c>.</remarks>
public static class LayerMapping
{
    /// <summary>
    /// Spreads the student's layers evenly over the teacher's, the last on the last: student layer i of n_s to teacher layer ⌊(i + 1)·n_t/n_s⌋ − 1 (TinyBERT).
    /// </summary>
    /// <param name="student">The pattern of the student's layers.</param>
    /// <param name="teacher">The pattern of the teacher's layers.</param>
    /// <param name="studentLayers">How many layers the student has; positive.</param>
    /// <param name="teacherLayers">How many layers the teacher has; no fewer.</param>
    /// <returns>A pair for each layer of the student.</returns>
    public static IReadOnlyList<LayerPair> Uniform(string student, string teacher, int studentLayers, int teacherLayers)
    {
        Require.Positive(studentLayers);
        Require.InRange(teacherLayers, studentLayers, int.MaxValue);
        return Of(student, teacher, [.. Enumerable.Range(0, studentLayers).Select(i => (i, (int)((i + 1L) * teacherLayers / studentLayers) - 1))]);
    }

    /// <summary>Pairs the last layers of both, in order.</summary>
    /// <param name="student">The pattern of the student's layers.</param>
    /// <param name="teacher">The pattern of the teacher's layers.</param>
    /// <param name="studentLayers">How many layers the student has; positive.</param>
    /// <param name="teacherLayers">How many layers the teacher has; positive.</param>
    /// <param name="count">How many pairs; positive, and no more than either has layers.</param>
    /// <returns>The pairs.</returns>
    public static IReadOnlyList<LayerPair> Last(string student, string teacher, int studentLayers, int teacherLayers, int count = 1)
    {
        Require.Positive(studentLayers);
        Require.Positive(teacherLayers);
        Require.InRange(count, 1, Math.Min(studentLayers, teacherLayers));
        return Of(student, teacher, [.. Enumerable.Range(-count, count).Select(i => (studentLayers + i, teacherLayers + i))]);
    }

    /// <summary>Pairs layers by their numbers.</summary>
    /// <param name="student">The pattern of the student's layers.</param>
    /// <param name="teacher">The pattern of the teacher's layers.</param>
    /// <param name="layers">The numbers, from 0.</param>
    /// <returns>The pairs.</returns>
    public static IReadOnlyList<LayerPair> Of(string student, string teacher, params IReadOnlyList<(int Student, int Teacher)> layers)
    {
        RequirePattern(Require.Present(student), nameof(student));
        RequirePattern(Require.Present(teacher), nameof(teacher));
        return [.. Require.Present(layers).Select(pair => new LayerPair(Path(student, pair.Student), Path(teacher, pair.Teacher)))];
    }

    private static string Path(string pattern, int layer) =>
        pattern.Replace("{0}", Require.NotNegative(layer).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static void RequirePattern(string pattern, string argument)
    {
        if (!pattern.Contains("{0}", StringComparison.Ordinal))
        {
            throw new ArgumentException($"A pattern must have {{0}} in place of the layer's number, but is '{pattern}'.", argument);
        }
    }
}
