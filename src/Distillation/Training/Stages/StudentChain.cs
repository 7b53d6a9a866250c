using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>Students of which each learns from the one before it, and the first from a teacher.</summary>
internal sealed class StudentChain
{
    private readonly (string Name, IStudent Student, IDistillationLoss Loss)[] _links;
    private readonly StageSequence _sequence;

    /// <param name="teacher">The teacher of the first student; the caller disposes it.</param>
    /// <param name="students">The students, each with its name and the caller's argument that has it.</param>
    /// <param name="createLoss">Creates the loss of each student.</param>
    /// <param name="options">The options of each run; the seed of the k-th is k larger.</param>
    /// <param name="logger">The logger; <see langword="null"/> disables logging.</param>
    /// <param name="complete">Completes each run; nothing if not given.</param>
    /// <exception cref="ArgumentException">A loss reads a layer that a model does not have, or two students have one network.</exception>
    public StudentChain(
        ITeacher teacher,
        IReadOnlyList<(string Name, IStudent Student, string Argument)> students,
        Func<IDistillationLoss> createLoss,
        TrainerOptions options,
        ILogger? logger,
        Func<StageRun, StageRun>? complete = null)
    {
        Require.Present(teacher);
        Require.Present(createLoss);
        IReadOnlyCollection<Feature>? ofTeacher = teacher.AvailableFeatures;
        var modules = new HashSet<torch.nn.Module>(ReferenceEqualityComparer.Instance);
        _links = new (string, IStudent, IDistillationLoss)[students.Count];
        foreach ((int i, (string name, IStudent student, string argument)) in students.Index())
        {
            if (!modules.Add(Require.Present(student, argument).Module))
            {
                throw new ArgumentException($"Each student must have a network of its own, but that of '{name}' comes twice.", argument);
            }

            IDistillationLoss loss = createLoss() ?? throw new ArgumentException("The function must create a loss, but created none.", nameof(createLoss));
            Learner.RequireLayers(loss.Features.Student, student.AvailableFeatures, argument);
            Learner.RequireLayers(loss.Features.Teacher, ofTeacher, i == 0 ? nameof(teacher) : argument);
            ofTeacher = student.AvailableFeatures;
            _links[i] = (name, student, loss);
        }

        IEnumerable<StageRun> stages = _links.Select((link, i) => Stage(teacher, link.Name, i, options));
        _sequence = new StageSequence([.. complete is null ? stages : stages.Select(complete)], options, logger, nameof(students));
    }

    public StagedTrainingResult Fit(
        IDataSource train, IDataSource? validation, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken) =>
        _sequence.Run(Require.Present(train), validation, progress, cancellationToken);

    /// <summary>Creates what predicts for a student once it is trained.</summary>
    public ITeacher CreatePredictor(int number) => _links[number].Loss.CreatePredictor(_links[number].Student) ?? _links[number].Student.AsTeacher();

    private StageRun Stage(ITeacher teacher, string name, int number, TrainerOptions options) => new()
    {
        Name = name,
        Teacher = number == 0 ? teacher : null,
        CreateTeacher = number == 0 ? null : () => CreatePredictor(number - 1),
        Student = _links[number].Student,
        Loss = _links[number].Loss,
        Options = options with { Seed = unchecked(options.Seed + number) },
    };
}
