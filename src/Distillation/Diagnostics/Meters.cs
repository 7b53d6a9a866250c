using System.Diagnostics.Metrics;

namespace Distillation.Diagnostics;

/// <summary>What the library counts, under the meter <c>Distillation</c>.</summary>
internal static class Meters
{
    public const string Name = "Distillation";

    private static readonly Meter Meter = new(Name);

    public static Counter<long> Samples { get; } = Meter.CreateCounter<long>("distillation.training.samples", "{sample}", "Samples that were trained on.");

    public static Counter<long> Steps { get; } = Meter.CreateCounter<long>("distillation.training.steps", "{step}", "Updates that were made.");

    public static Histogram<double> EpochDuration { get; } = Meter.CreateHistogram<double>(
        "distillation.training.epoch.duration", "s", "Time of one pass over the training data.");

    public static Histogram<double> ValidationDuration { get; } = Meter.CreateHistogram<double>(
        "distillation.validation.duration", "s", "Time of one pass over the validation data.");
}
