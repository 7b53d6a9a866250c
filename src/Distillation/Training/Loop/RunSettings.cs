using System.Collections.Immutable;
using Distillation.Checkpoints;

namespace Distillation.Training;

/// <summary>The settings of a run in words, by name: options, losses, optimizers, models.</summary>
internal static class RunSettings
{
    /// <summary>Returns the settings of a run with the conditions that its bits depend on besides; a setting comes before a condition of its name.</summary>
    public static Dictionary<string, string> WithConditions(IReadOnlyDictionary<string, string> settings, int ranks)
    {
        var texts = new Dictionary<string, string>(RunConditions.Read(ranks));
        foreach ((string name, string value) in settings)
        {
            texts[name] = value;
        }

        return texts;
    }

    /// <summary>Returns the settings that a run and its checkpoints, or the processes that train together, must have in common.</summary>
    /// <remarks>The digest of the teacher's weights takes seconds where they are many: it is among the settings only where runs are compared.</remarks>
    public static Dictionary<string, string> Of(TrainerOptions options, ITrainingScheme scheme, long samples)
    {
        var texts = new Dictionary<string, string>((scheme as IResumableScheme)?.Identity ?? ImmutableDictionary<string, string>.Empty)
        {
            ["samples"] = Description.Of(samples),
        };
        if (options.Checkpoints is not null || options.Ranks is not null)
        {
            texts["teacher"] = scheme.Teacher is { } teacher ? teacher.Fingerprint() ?? "without a fingerprint" : "none";
        }

        foreach ((string name, object? value) in Compared(options))
        {
            texts[name] = Description.Of(value);
        }

        foreach ((string name, string value) in scheme.Learners.SelectMany(learner => learner.Identity()))
        {
            texts[name] = value;
        }

        return texts;
    }

    /// <summary>Returns the options that a run and its checkpoints must have in common.</summary>
    /// <remarks>Where and how often a run saves, reads ahead and reports changes no bit of it; optimizer and update are compared for each learner.</remarks>
    internal static IEnumerable<(string Name, object? Value)> Compared(TrainerOptions options) =>
    [
        (nameof(options.Epochs), options.Epochs),
        (nameof(options.Steps), options.Steps),
        (nameof(options.BatchSize), options.BatchSize),
        (nameof(options.MicroBatchSize), options.MicroBatchSize),
        (nameof(options.CompareWithinMicroBatches), options.CompareWithinMicroBatches),
        (nameof(options.Order), options.Order),
        (nameof(options.BlockSize), options.BlockSize),
        (nameof(options.LastBatch), options.LastBatch),
        (nameof(options.Augmentation), options.Augmentation),
        (nameof(options.Seed), options.Seed),
        (nameof(options.NonFinite), options.NonFinite),
        (nameof(options.ValidateEveryEpochs), options.ValidateEveryEpochs),
        (nameof(options.Task), options.Task),
        (nameof(options.BestBy), options.BestBy),
        (nameof(options.EarlyStopping), options.EarlyStopping),
    ];
}
