using Microsoft.Extensions.Logging;

namespace Distillation.Training;

/// <summary>
/// Trains a student from the labels and from a teacher that is the moving average of its own weights. Samples without a label take part by their agreement with
/// the teacher: semi-supervised learning, or self-distillation where all samples have labels.
/// </summary>
/// <remarks>
/// <para>
/// The loss is most often that of the labels plus a loss between student and teacher whose weight rises:
/// <c>new HardLabelLoss { IgnoredLabel = -100 } + (new Schedule.RampUp(10) * new SoftTargetLoss(1))</c>. Samples without a label have the ignored one.
/// </para>
/// <para>
/// The average is <c>decay · average + (1 − decay) · weights</c> after each update; the first update copies the weights. Validation measures it, and the
/// student has its weights in the end, or those of the best validation. Checkpoints have both.
/// </para>
/// <para>
/// Student and teacher see views of their own where there is <c>noise</c>: functions of (seed, epoch, sample). <see cref="TrainerOptions.Augmentation"/> comes
/// before it, the same for both.
/// </para>
/// <para>
/// Notes: the teacher outputs in evaluation mode, without dropout, and with the student's running statistics of normalization; in the authors' code it runs in
/// training mode, and its decay rises from 0.5 in the first updates. The paper's loss between the two is the mean squared error of probabilities.
/// </para>
/// <para>
/// Source: Tarvainen and Valpola, "Mean Teachers Are Better Role Models: Weight-Averaged Consistency Targets Improve Semi-Supervised Deep Learning Results",
/// 2017.
/// </para>
/// </remarks>
public sealed class MeanTeacherTrainer
{
    private readonly IStudent _student;
    private readonly IDistillationLoss _loss;
    private readonly ISampleTransform? _noise;
    private readonly TrainerOptions _options;
    private readonly ILogger? _logger;

    /// <summary>Creates a trainer.</summary>
    /// <param name="student">The student; the caller disposes it.</param>
    /// <param name="loss">What the student is to make small; its teacher is the average.</param>
    /// <param name="decay">The share of the average that an update keeps, in [0, 1). The default is 0.999.</param>
    /// <param name="noise">What changes the inputs of student and teacher, each in its own way; nothing if not given.</param>
    /// <param name="options">The options of the run.</param>
    /// <param name="logger">The logger; <see langword="null"/> disables logging.</param>
    /// <exception cref="ArgumentException">
    /// The loss reads a layer that the student does not have, or the options have an <see cref="UpdateOptions.AverageDecay"/> of their own.
    /// </exception>
    public MeanTeacherTrainer(
        IStudent student,
        IDistillationLoss loss,
        double decay = 0.999,
        ISampleTransform? noise = null,
        TrainerOptions? options = null,
        ILogger<MeanTeacherTrainer>? logger = null)
    {
        _student = Require.Present(student);
        _loss = Require.Present(loss);
        _noise = noise;
        _options = options ?? new TrainerOptions();
        _logger = logger;
        if (_options.Update.AverageDecay is { } other)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"The average is that of {nameof(decay)}, {decay}, but {nameof(UpdateOptions.AverageDecay)} is {other}. Leave it out."),
                nameof(options));
        }

        _options = _options with { Update = _options.Update with { AverageDecay = Require.BelowOne(decay) } };
        Learner.RequireLayers(loss.Features.Student | loss.Features.Teacher, student.AvailableFeatures, nameof(student));
    }

    /// <summary>Trains the student.</summary>
    /// <param name="train">The training data, labeled and unlabeled.</param>
    /// <param name="validation">What the average is measured on, with labels; nothing if not given.</param>
    /// <param name="progress">Receives the reports, on this thread.</param>
    /// <param name="cancellationToken">Cancels the run between two updates, after a last checkpoint where there are any.</param>
    /// <returns>The result of the run; the student has the averaged weights.</returns>
    /// <inheritdoc cref="JointTrainer.Fit" path="/exception"/>
    public TrainingResult Fit(
        IDataSource train, IDataSource? validation = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var scheme = new MeanTeacherScheme(new Learner(_student, _loss), _noise, _options.Seed);
        return new TrainingLoop(_options, _logger).Run(scheme, train, validation, progress, cancellationToken);
    }
}
