namespace Distillation;

/// <summary>Where a run is. Everything that changes over a run is a function of it, and so need not be saved.</summary>
/// <param name="Epoch">The number of completed passes over the data, from 0.</param>
/// <param name="Step">The number of completed updates, from 0, counted over all epochs.</param>
/// <param name="TotalSteps">The number of updates that the whole run makes; 0 where it is not known.</param>
/// <param name="StepsPerEpoch">The number of updates in one pass over the data; 0 where it is not known.</param>
public readonly record struct TrainingPosition(int Epoch, long Step, long TotalSteps, long StepsPerEpoch)
{
    /// <summary>Gets how much of the run is done.</summary>
    /// <value>In [0, 1]; 0 where the length of the run is not known.</value>
    public double Fraction => TotalSteps <= 0 ? 0 : Math.Min(1, (double)Step / TotalSteps);
}
