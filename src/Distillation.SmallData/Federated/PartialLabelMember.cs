namespace Distillation.SmallData;

/// <summary>A teacher, and the classes that it was trained on.</summary>
public sealed class PartialLabelMember
{
    private readonly HashSet<long> _classes;

    /// <summary>Holds a teacher.</summary>
    /// <param name="teacher">The teacher; the caller disposes it.</param>
    /// <param name="classes">The ids of the classes that it has learned from; at least one, none negative.</param>
    /// <param name="weight">How much it counts, such as its number of samples; zero or positive. The default value is 1.</param>
    /// <exception cref="ArgumentException">There is no class, or a negative one.</exception>
    public PartialLabelMember(ITeacher teacher, IEnumerable<long> classes, double weight = 1)
    {
        Teacher = Require.Present(teacher);
        _classes = [.. Require.Present(classes)];
        Weight = Require.NotNegative(weight);
        if (_classes.Count == 0 || _classes.Min() < 0)
        {
            throw new ArgumentException(
                $"A member must have seen at least one class, and ids are not negative, but they are [{string.Join(", ", _classes)}].", nameof(classes));
        }
    }

    /// <summary>Gets the teacher.</summary>
    public ITeacher Teacher { get; }

    /// <summary>Gets the ids of the classes that it has learned from.</summary>
    public IReadOnlyCollection<long> Classes => _classes;

    /// <summary>Gets how much it counts.</summary>
    public double Weight { get; }

    internal bool Saw(long id) => _classes.Contains(id);
}
