using Distillation.Caching;
using Distillation.Losses;
using Distillation.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distillation.Training;

/// <summary>Runs epochs and batches, validates, reports and cancels. An <see cref="ITrainingScheme"/> computes the gradients of a batch.</summary>
/// <param name="options">The options of the run. Optimizer and update options are those of learners without their own.</param>
/// <param name="logger">The logger; <see langword="null"/> disables logging.</param>
public sealed class TrainingLoop(TrainerOptions options, ILogger? logger = null)
{
    private readonly TrainerOptions _options = Require.Present(options);
    private readonly ILogger _logger = logger ?? NullLogger.Instance;

    /// <summary>
    /// Gets whether another run follows that may need what the scheme keeps of batches: the scheme then receives those of a run that is over too.
    /// </summary>
    internal bool IsFollowed { get; init; }

    /// <summary>Trains the learners of a scheme on the data.</summary>
    /// <param name="scheme">The scheme; the caller disposes it.</param>
    /// <param name="train">The training data.</param>
    /// <param name="validation">The validation data, with labels, for <see cref="ITrainingScheme.Validated"/>. The default is none.</param>
    /// <param name="progress">
    /// Receives the reports, on this thread, at the end of each epoch and every <see cref="TrainerOptions.ReportEverySteps"/> steps.
    /// </param>
    /// <param name="cancellationToken">Cancels the run between two updates, after a last checkpoint where there are any.</param>
    /// <returns>The result of the run.</returns>
    /// <exception cref="ArgumentException">
    /// The data is empty or smaller than one batch that must be full, an option needs validation data and there is none, or the scheme has no learner.
    /// </exception>
    /// <exception cref="InvalidOperationException">A student is in training already, or student, teacher, loss and data do not fit.</exception>
    /// <exception cref="TrainingCanceledException">
    /// The token canceled the run. The weights are those of the last update, the averaged or the best ones.
    /// </exception>
    /// <exception cref="TrainingDivergedException">A loss became infinite or not a number.</exception>
    /// <exception cref="RankFailedException">Another rank of <see cref="TrainerOptions.Ranks"/> failed.</exception>
    public TrainingResult Run(
        ITrainingScheme scheme,
        IDataSource train,
        IDataSource? validation = null,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        Require.Present(scheme);
        if (!scheme.Learners.Contains(scheme.Validated))
        {
            throw new ArgumentException(
                $"{nameof(scheme.Validated)} of the scheme must be one of its {scheme.Learners.Count} learners, but is not.", nameof(scheme));
        }

        if (RankGroup.Of(_options.Ranks) is { } group)
        {
            return RunOnRanks(group, scheme, train, validation, progress, cancellationToken);
        }

        Check(scheme, train, validation);
        using var session = NewSession(group: null, scheme, train, progress);
        session.Begin(validation, cancellationToken);
        return session.Run(cancellationToken);
    }

    /// <summary>Refuses what does not fit, as far as it shows without running a model.</summary>
    internal void Check(ITrainingScheme scheme, IDataSource train, IDataSource? validation)
    {
        Check(train, validation);
        RequireSplittable(scheme, train);
        RequireOverlap(scheme, train);
        if (_options.Augmentation is not null && scheme.Teacher is { } teacher && DelegatingTeacher.PartsOf(teacher).OfType<CachedTeacher>().Any())
        {
            throw new InvalidOperationException(
                $"{nameof(TrainerOptions.Augmentation)} makes other inputs of a sample in every epoch, but the teacher's outputs are cached, for one view "
                + $"of each. Leave out the {nameof(CachedTeacher)} or the augmentation; or make each view a sample of its own.");
        }

        if (RankGroup.Of(_options.Ranks) is { } group)
        {
            RequireShareable(scheme, group);
        }
    }

    private TrainingSession NewSession(RankGroup? group, ITrainingScheme scheme, IDataSource train, IProgress<TrainingProgress>? progress) =>
        new(_options, group, scheme, train, _logger, progress) { IsFollowed = IsFollowed };

    private TrainingResult RunOnRanks(
        RankGroup group,
        ITrainingScheme scheme,
        IDataSource train,
        IDataSource? validation,
        IProgress<TrainingProgress>? progress,
        CancellationToken cancellationToken)
    {
        TrainingSession? session = null;
        try
        {
            group.Together(() =>
            {
                Check(scheme, train, validation);
                session = NewSession(group, scheme, train, progress);
            });
            session!.Begin(validation, cancellationToken);
            return session.Run(cancellationToken);
        }
        catch (Exception exception)
        {
            group.Fail(exception);
            throw;
        }
        finally
        {
            session?.Dispose();
        }
    }

    /// <exception cref="ArgumentException">A loss compares samples that would come on different ranks.</exception>
    /// <exception cref="InvalidOperationException">Several trainings run in this process at once.</exception>
    private void RequireShareable(ITrainingScheme scheme, RankGroup group)
    {
        if (GeneratorLease.IsOneOfSeveral)
        {
            throw new InvalidOperationException(
                $"A run with {nameof(TrainerOptions.Ranks)} must be alone in its process, but {nameof(ParallelTrainings)} runs several at once. "
                + $"Leave {nameof(TrainerOptions.Ranks)} out, or run one at a time.");
        }

        if (FirstComparing(scheme) is { } compares)
        {
            throw new ArgumentException(
                $"The loss '{compares.Name}' compares the samples of a batch with each other, or remembers some, and {nameof(TrainerOptions.Ranks)} splits "
                + $"each batch of {_options.BatchSize} over {group.Count} ranks. Leave {nameof(TrainerOptions.Ranks)} out, or the loss.",
                nameof(scheme));
        }
    }

    private static LossTerm? FirstComparing(ITrainingScheme scheme) => scheme.Learners.SelectMany(learner => LossSum.Of(learner.Loss).Terms).FirstOrDefault(
        term => term.Loss.ComparesSamples && term.Weight is not Schedule.Constant { Value: 0 });

    /// <exception cref="ArgumentException">A loss compares samples that would come in different micro-batches.</exception>
    private void RequireSplittable(ITrainingScheme scheme, IDataSource train)
    {
        if (_options.MicroBatchSize is not { } size || size >= Math.Min(_options.BatchSize, train.Count) || _options.CompareWithinMicroBatches)
        {
            return;
        }

        if (FirstComparing(scheme) is { } compares)
        {
            throw new ArgumentException(
                $"The loss '{compares.Name}' compares the samples of a batch with each other, and with {nameof(TrainerOptions.MicroBatchSize)} {size} "
                + $"a batch of {_options.BatchSize} is split. Leave {nameof(TrainerOptions.MicroBatchSize)} out, or lower {nameof(TrainerOptions.BatchSize)}; "
                + $"or set {nameof(TrainerOptions.CompareWithinMicroBatches)}, for another update than that of the whole batch.",
                nameof(scheme));
        }
    }

    /// <exception cref="ArgumentException">A loss learns from the batch before, with which no batch has a sample in common.</exception>
    private void RequireOverlap(ITrainingScheme scheme, IDataSource train)
    {
        bool overlaps = _options.Order == SampleOrder.Overlapping || _options.BatchSize >= train.Count;
        if (!overlaps && scheme.Learners.SelectMany(learner => LossSum.Of(learner.Loss).Terms).FirstOrDefault(term => term.Loss.NeedsOverlap) is { } term)
        {
            throw new ArgumentException(
                $"The loss '{term.Name}' learns from the samples of the batch before, but with {nameof(TrainerOptions.Order)} {_options.Order} a batch has "
                + $"none of them. Set {nameof(TrainerOptions.Order)} to {nameof(SampleOrder)}.{nameof(SampleOrder.Overlapping)}.",
                nameof(scheme));
        }
    }

    private void Check(IDataSource train, IDataSource? validation)
    {
        Require.Present(train);
        if (train.Count <= 0)
        {
            throw new ArgumentException("The training data must have at least one sample, but is empty.", nameof(train));
        }

        if (_options.LastBatch == LastBatch.Drop && train.Count < _options.BatchSize)
        {
            throw new ArgumentException(
                $"With {nameof(LastBatch)}.{nameof(LastBatch.Drop)} the training data must fill a batch of {_options.BatchSize}, "
                + $"but has {train.Count} samples.",
                nameof(train));
        }

        if (validation is { Count: <= 0 })
        {
            throw new ArgumentException("The validation data must have at least one sample, but is empty.", nameof(validation));
        }

        if (_options.Baseline)
        {
            throw new NotSupportedException(
                $"{nameof(TrainerOptions.Baseline)} compares a distilled student with the same one alone: it is an option of {nameof(DistillationTrainer)}.");
        }

        DataCheck.RequireFiniteInputs(train, nameof(train));
        if (validation is not null)
        {
            DataCheck.RequireFiniteInputs(validation, nameof(validation));
        }

        if (_options.Checkpoints is { } checkpoints && File.Exists(checkpoints.Directory))
        {
            throw new IOException($"Checkpoints need a directory, but '{checkpoints.Directory}' is a file.");
        }

        if (validation is null && (_options.BestBy ?? _options.EarlyStopping?.Metric) is { } metric)
        {
            string option = _options.BestBy is null ? nameof(TrainerOptions.EarlyStopping) : nameof(TrainerOptions.BestBy);
            throw new ArgumentException($"{option} needs validation data for {metric.Name}, but there is none.", nameof(validation));
        }
    }
}
