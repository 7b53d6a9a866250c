using Distillation;

namespace QuickStart;

/// <summary>Adds up the progress of runs, which may go on at once.</summary>
/// <param name="whole">Receives the share of all runs that is done.</param>
/// <param name="weights">How much each run counts.</param>
internal sealed class Parts(IProgress<double> whole, IReadOnlyList<double> weights)
{
    private readonly double[] _shares = new double[weights.Count];
    private readonly Lock _turn = new();

    /// <summary>Returns the progress of the run of a number.</summary>
    public IProgress<TrainingProgress> Of(int number) => new Part(this, number);

    private void Report(int number, double share)
    {
        lock (_turn)
        {
            _shares[number] = share;
            whole.Report(_shares.Zip(weights).Sum(pair => pair.First * pair.Second) / weights.Sum());
        }
    }

    private sealed class Part(Parts parts, int number) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => parts.Report(number, value.Position.Fraction);
    }
}
