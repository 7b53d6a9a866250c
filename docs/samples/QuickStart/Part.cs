using Distillation;

namespace QuickStart;

/// <summary>Tells the progress of a run as a part of the whole.</summary>
internal sealed class Part(IProgress<double> whole, double start = 0, double share = 1) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value) => whole.Report(start + (share * value.Position.Fraction));
}
