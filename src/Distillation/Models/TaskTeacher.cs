namespace Distillation.Models;

/// <summary>Teachers of different tasks as one, for a student with a head for each.</summary>
/// <remarks>
/// The logits are those of the first teacher. Those of each are a layer by the name of its task, for <see cref="Losses.HeadLoss"/>, and the inner layers of a
/// teacher have that name in front: <c>color</c> and <c>color/layer1</c>. The numbers of classes may differ.
/// </remarks>
public sealed class TaskTeacher : ITeacher
{
    private readonly (string Task, ITeacher Teacher)[] _tasks;

    /// <summary>Creates one teacher of several.</summary>
    /// <param name="tasks">
    /// The name of each task, without a slash, and its teacher, at least one; that of the logits is first. The caller disposes the teachers.
    /// </param>
    /// <exception cref="ArgumentException">There is no task, a teacher is <see langword="null"/>, or a name is empty, has a slash, or comes twice.</exception>
    public TaskTeacher(params IReadOnlyList<(string Task, ITeacher Teacher)> tasks)
    {
        _tasks = [.. Require.Present(tasks)];
        if (_tasks.Length == 0 || Array.Exists(_tasks, task => task.Teacher is null))
        {
            throw new ArgumentException("There must be at least one task, and each must have a teacher.", nameof(tasks));
        }

        string[] names = Array.ConvertAll(_tasks, task => task.Task);
        bool areNames = Array.TrueForAll(names, name => !string.IsNullOrWhiteSpace(name) && !name.Contains('/', StringComparison.Ordinal));
        if (!areNames || names.Distinct().Count() < names.Length)
        {
            throw new ArgumentException(
                $"Names of tasks must have letters and no slash, and no two may be the same, but they are '{string.Join("', '", names)}'.", nameof(tasks));
        }
    }

    /// <summary>Gets the teachers, in order.</summary>
    internal IEnumerable<ITeacher> Teachers => _tasks.Select(task => task.Teacher);

    /// <inheritdoc/>
    /// <value>The logits of each task, and the layers of its teacher; <see langword="null"/> where those of a teacher are not known.</value>
    public IReadOnlyCollection<Feature>? AvailableFeatures => Array.Exists(_tasks, task => task.Teacher.AvailableFeatures is null)
        ? null
        : [.. _tasks.SelectMany(task => task.Teacher.AvailableFeatures!.Select(feature => (Feature)$"{task.Task}/{feature}").Prepend(task.Task))];

    /// <inheritdoc/>
    /// <value>Whether all teachers do.</value>
    public bool AcceptsRepeatedSamples => Array.TrueForAll(_tasks, task => task.Teacher.AcceptsRepeatedSamples);

    /// <inheritdoc/>
    public string? Fingerprint()
    {
        string?[] fingerprints = Array.ConvertAll(_tasks, task => task.Teacher.Fingerprint());
        return fingerprints.Contains(null) ? null : $"tasks ({string.Join("; ", _tasks.Zip(fingerprints, (task, inner) => $"{task.Task}: {inner}"))})";
    }

    /// <inheritdoc/>
    public ModelOutput Predict(Batch batch, FeatureSet features) => Predict(batch, features, CancellationToken.None);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A layer does not begin with the name of a task.</exception>
    public ModelOutput Predict(Batch batch, FeatureSet features, CancellationToken cancellationToken)
    {
        ILookup<string, Feature> required = Require.Present(features).ToLookup(TaskOf);
        var layers = new Dictionary<Feature, Tensor>();
        Tensor? logits = null;
        foreach ((string task, ITeacher teacher) in _tasks)
        {
            if (logits is not null && !required.Contains(task))
            {
                continue;
            }

            Feature[] inner = [.. required[task].Where(feature => feature.Path != task)];
            ModelOutput output = teacher.Predict(batch, FeatureSet.Of(inner.Select(feature => (Feature)feature.Path[(task.Length + 1)..])), cancellationToken);
            logits ??= output.Logits;
            foreach (Feature feature in required[task])
            {
                layers[feature] = feature.Path == task ? output.Logits : output[feature.Path[(task.Length + 1)..]];
            }
        }

        return new ModelOutput(logits!, layers);
    }

    private string TaskOf(Feature feature)
    {
        string name = feature.Path.Split('/', 2)[0];
        return Array.Exists(_tasks, task => task.Task == name)
            ? name
            : throw new ArgumentException(
                $"Layer '{feature}' must be the name of a task, or begin with one and a slash. "
                + $"The tasks are: {string.Join(", ", _tasks.Select(task => task.Task))}.",
                nameof(feature));
    }
}
