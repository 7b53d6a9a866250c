namespace Distillation.Training;

/// <summary>A loss of the report, of one rank or summed over all.</summary>
/// <param name="Sum">The sum of the values, each times its weight.</param>
/// <param name="Weight">The sum of the weights.</param>
/// <param name="Exists">Whether there was a value: 0 if not.</param>
internal readonly record struct SharedLoss(double Sum, double Weight, double Exists)
{
    /// <summary>How many numbers it has.</summary>
    public const int Numbers = 3;
}
