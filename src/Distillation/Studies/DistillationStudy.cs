using Distillation.Studies;
using Distillation.Training;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distillation;

/// <summary>
/// Finds out whether distillation makes a student better than it is without a teacher, and how: it chooses the best of some candidates on validation data, and
/// compares it on test data with the same student trained alone, from the same starting weights, with the same options, over several pairs of trainings.
/// </summary>
/// <remarks>
/// <para>
/// The candidates are a grid that the caller makes, such as temperatures times weights. They are chosen by successive halving. The verdict is of the winner
/// alone, and made on samples that had no part in the choice.
/// </para>
/// <para>
/// Trainings run several at once, each on one thread (<see cref="ParallelTrainings"/>); their results are the same however many run. Data, teacher and modules
/// must be usable from several threads; the teacher predicts for one training after the other, so that a cached one is best. With a directory the outcome of
/// each training is saved there, and a study that was interrupted goes on from them.
/// </para>
/// </remarks>
public sealed class DistillationStudy
{
    private readonly ITeacher _teacher;
    private readonly Func<torch.nn.Module<Tensor, Tensor>> _student;
    private readonly StudyCandidate[] _candidates;
    private readonly StudyOptions _options;
    private readonly ILogger _logger;

    /// <summary>Creates a study.</summary>
    /// <param name="teacher">The teacher; the caller disposes it.</param>
    /// <param name="student">Creates the module of a student with random weights; called with libtorch's generator seeded.</param>
    /// <param name="candidates">The ways to distill; at least one, each name once.</param>
    /// <param name="options">The options of the study.</param>
    /// <param name="logger">The logger; <see langword="null"/> disables logging.</param>
    /// <exception cref="ArgumentException">There is no candidate, two have one name, two students have one name, or an option has checkpoints.</exception>
    public DistillationStudy(
        ITeacher teacher,
        Func<torch.nn.Module<Tensor, Tensor>> student,
        IReadOnlyList<StudyCandidate> candidates,
        StudyOptions? options = null,
        ILogger<DistillationStudy>? logger = null)
    {
        _teacher = Require.Present(teacher);
        _student = Require.Present(student);
        _candidates = [.. Require.Present(candidates)];
        _options = options ?? new StudyOptions();
        _logger = logger ?? (ILogger)NullLogger.Instance;
        if (_candidates.Length == 0 || _candidates.DistinctBy(candidate => Require.Present(candidate, nameof(candidates)).Name).Count() < _candidates.Length)
        {
            throw new ArgumentException(
                $"There must be at least one candidate, each name once, but there are [{string.Join(", ", _candidates.Select(one => one.Name))}].",
                nameof(candidates));
        }

        if (_candidates.GroupBy(candidate => candidate.StudentName).FirstOrDefault(group => group.DistinctBy(one => one.Student).Count() > 1) is { } students)
        {
            throw new ArgumentException(
                $"Candidates whose {nameof(StudyCandidate.StudentName)} is the same must have the same {nameof(StudyCandidate.Student)}, but those of "
                + $"'{students.Key}' differ.",
                nameof(candidates));
        }

        if (_candidates.Select(candidate => candidate.Training).Append(_options.Training).Any(training => training?.Checkpoints is not null))
        {
            throw new ArgumentException(
                $"A study saves the outcomes of whole trainings in {nameof(StudyOptions)}.{nameof(StudyOptions.Directory)}: leave "
                + $"{nameof(TrainerOptions.Checkpoints)} out.",
                nameof(options));
        }
    }

    /// <summary>Runs the study.</summary>
    /// <param name="train">What students learn from, with labels.</param>
    /// <param name="validation">By what the best candidate, and the best epoch where options choose one, is found; with labels.</param>
    /// <param name="test">By what the verdict is made; with labels, and without samples of the others.</param>
    /// <param name="progress">Receives a report after each training, on the thread of that training, one at a time.</param>
    /// <param name="cancellationToken">Cancels the study; outcomes of trainings that have ended stay in the directory.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException">
    /// A data source is empty or has no labels, or its labels imply no task and <see cref="StudyOptions.Task"/> is not set; or the task has no usual loss on
    /// labels, and <see cref="StudyOptions.BaselineLoss"/> is not set.
    /// </exception>
    /// <exception cref="InvalidOperationException">Student, teacher, losses and data do not fit.</exception>
    /// <exception cref="TrainingDivergedException">A loss of the pairs became infinite or not a number.</exception>
    /// <exception cref="OperationCanceledException">The study was canceled.</exception>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    public StudyResult Run(
        IDataSource train,
        IDataSource validation,
        IDataSource test,
        IProgress<StudyProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var data = new StudyData(Require.Present(train), Require.Present(validation), Require.Present(test));
        return new StudyRun(_teacher, _candidates, _student, data, _options, _logger, progress).Run(cancellationToken);
    }

    internal static string NameAlone(string student) => $"alone ({student})";
}
