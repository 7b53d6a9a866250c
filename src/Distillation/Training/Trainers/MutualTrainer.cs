using Distillation.Losses;
using Distillation.Models;
using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>
/// Trains several students from nothing, at the same time, each from the labels and from the current outputs of the others. There is no teacher.
/// </summary>
/// <remarks>
/// <para>
/// Deep mutual learning: student k minimizes its loss with the output of the other student as the teacher's. Of more than two, the teacher's output is the mean
/// of the others' probabilities; at temperature 1 the gradient of the divergence to it is that of the mean of the divergences to each, which is the paper's
/// loss. Online ensembles: with <see cref="MutualTarget.MinLogit"/> all students learn from one target that is made of all of them.
/// </para>
/// <para>
/// The first student is the one that is validated, kept by <see cref="TrainerOptions.BestBy"/> and stopped for; the others end with their last weights.
/// Checkpoints have all of them.
/// </para>
/// <para>
/// Notes: all students learn from the outputs before the update, as most implementations have it; in the paper each is updated in turn, and the next one learns
/// from the new outputs. The students see the same batch; in Guo et al. each sees a view of its own.
/// </para>
/// <para>
/// Sources: Zhang et al., "Deep Mutual Learning", 2018; Guo et al., "Online Knowledge Distillation via Collaborative Learning" (KDCL), 2020, of which
/// <see cref="MutualTarget.MinLogit"/> is the variant KDCL-MinLogit.
/// </para>
/// </remarks>
public sealed class MutualTrainer
{
    private readonly IReadOnlyList<(string Name, IStudent Student, IDistillationLoss Loss)> _learners;
    private readonly MutualTarget _target;
    private readonly EnsembleMean _mean;
    private readonly TrainerOptions _options;
    private readonly ILogger? _logger;

    /// <summary>Creates a trainer.</summary>
    /// <param name="students">The students, at least two, each with a network of its own; the caller disposes them.</param>
    /// <param name="createLoss">
    /// Creates the loss of each student; <c>new SoftTargetLoss(1) + new HardLabelLoss()</c> if not given, as in the paper. The trainer does not dispose what a
    /// loss holds.
    /// </param>
    /// <param name="target">What the students learn from. The default is <see cref="MutualTarget.Others"/>.</param>
    /// <param name="mean">
    /// What the mean of several others is taken of. The default is <see cref="EnsembleMean.Probabilities"/>; regressions and several labels need
    /// <see cref="EnsembleMean.Logits"/>.
    /// </param>
    /// <param name="options">The options of the run. Each student has an optimizer of its own.</param>
    /// <param name="logger">The logger; <see langword="null"/> disables logging.</param>
    /// <exception cref="ArgumentException">
    /// There are less than two students, two have the same network, or a loss reads a layer that a model does not have, or layers of several others.
    /// </exception>
    public MutualTrainer(
        IReadOnlyList<IStudent> students,
        Func<IDistillationLoss>? createLoss = null,
        MutualTarget target = MutualTarget.Others,
        EnsembleMean mean = EnsembleMean.Probabilities,
        TrainerOptions? options = null,
        ILogger<MutualTrainer>? logger = null)
    {
        RequireSeveral(Require.Present(students));
        _target = Require.Defined(target);
        _mean = Require.Defined(mean);
        _options = options ?? new TrainerOptions();
        _logger = logger;
        createLoss ??= () => new SoftTargetLoss(1) + new HardLabelLoss();
        _learners =
        [
            .. students.Select((student, i) => (
                FormattableString.Invariant($"student {i + 1}"),
                student,
                createLoss() ?? throw new ArgumentException("The function must create a loss, but created none.", nameof(createLoss)))),
        ];
        foreach ((int i, (_, IStudent student, IDistillationLoss loss)) in _learners.Index())
        {
            Learner.RequireLayers(loss.Features.Student, student.AvailableFeatures, nameof(students));
            bool hasOther = students.Count == 2 && target == MutualTarget.Others;
            Learner.RequireLayers(loss.Features.Teacher, hasOther ? students[1 - i].AvailableFeatures : [], hasOther ? nameof(students) : "common target");
        }
    }

    /// <summary>Trains the students.</summary>
    /// <param name="train">The training data.</param>
    /// <param name="validation">What the first student is measured on, with labels; nothing if not given.</param>
    /// <param name="progress">Receives the reports, on this thread. Terms are named <c>student 1/SoftTarget</c> and so on.</param>
    /// <param name="cancellationToken">Cancels the run between two updates, after a last checkpoint where there are any.</param>
    /// <returns>The result of the run; all students have their weights.</returns>
    /// <inheritdoc cref="JointTrainer.Fit" path="/exception"/>
    public TrainingResult Fit(
        IDataSource train, IDataSource? validation = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var scheme = new MutualScheme(_learners.Select(one => new Learner(one.Student, one.Loss) { Name = one.Name }), _target, _mean);
        return new TrainingLoop(_options, _logger).Run(scheme, train, validation, progress, cancellationToken);
    }

    private static void RequireSeveral(IReadOnlyList<IStudent> students)
    {
        int networks = students.Select(student => Require.Present(student, nameof(students)).Module).Distinct().Count();
        if (students.Count < 2 || networks < students.Count)
        {
            throw new ArgumentException(
                $"There must be at least two students, each with a network of its own, but there are {students.Count} with {networks} networks.",
                nameof(students));
        }
    }
}
