namespace Distillation.SmallData;

/// <summary>A teacher, and the classes that it was trained on.</summary>
public sealed class PartialLabelMember
{
    private readonly Dictionary<long, double> _shares;

    /// <summary>Holds a teacher that has learned from some classes, from all of them equally often.</summary>
    /// <param name="teacher">The teacher; the caller disposes it.</param>
    /// <param name="classes">The ids of the classes that it has learned from; at least one, none negative.</param>
    /// <param name="weight">How much it counts, such as its number of samples; zero or positive. The default value is 1.</param>
    /// <exception cref="ArgumentException">There is no class, or a negative one.</exception>
    public PartialLabelMember(ITeacher teacher, IEnumerable<long> classes, double weight = 1)
        : this(teacher, Require.Present(classes).Distinct().ToDictionary(id => id, _ => 1.0), weight, nameof(classes))
    {
    }

    /// <summary>Holds a teacher with the number of samples of each class that it has learned from.</summary>
    /// <param name="teacher">The teacher; the caller disposes it.</param>
    /// <param name="samplesOfClass">The number of samples of each class id; no id or number is negative, and one number is positive.</param>
    /// <exception cref="ArgumentException">There is no class with a sample, or an id or a number is negative.</exception>
    public PartialLabelMember(ITeacher teacher, IReadOnlyDictionary<long, long> samplesOfClass)
        : this(
            teacher,
            Require.Present(samplesOfClass).Where(pair => Require.NotNegative(pair.Value, nameof(samplesOfClass)) > 0)
                .ToDictionary(pair => pair.Key, pair => (double)pair.Value),
            samplesOfClass.Values.Sum(),
            nameof(samplesOfClass))
    {
    }

    private PartialLabelMember(ITeacher teacher, Dictionary<long, double> counts, double weight, string argument)
    {
        Teacher = Require.Present(teacher);
        Weight = Require.NotNegative(weight);
        if (counts.Count == 0 || counts.Keys.Min() < 0)
        {
            throw new ArgumentException(
                $"A member must have seen at least one class, and ids are not negative, but they are [{string.Join(", ", counts.Keys)}].", argument);
        }

        double whole = counts.Values.Sum();
        _shares = counts.ToDictionary(pair => pair.Key, pair => pair.Value / whole);
    }

    /// <summary>Gets the teacher.</summary>
    public ITeacher Teacher { get; }

    /// <summary>Gets the ids of the classes that it has learned from.</summary>
    public IReadOnlyCollection<long> Classes => _shares.Keys;

    /// <summary>Gets how much it counts.</summary>
    public double Weight { get; }

    /// <summary>Gets by what its logits are divided: more than 1 for a teacher that is surer than it is right.</summary>
    /// <value>Positive. The default value is 1.</value>
    public double Temperature { get; init => field = Require.Positive(value); } = 1;

    internal bool Saw(long id) => _shares.ContainsKey(id);

    /// <summary>Returns the share of a class among the samples of the member.</summary>
    internal double Share(long id) => _shares.GetValueOrDefault(id);
}
