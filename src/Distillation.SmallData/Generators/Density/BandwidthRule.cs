namespace Distillation.SmallData;

/// <summary>How wide the kernel of a density estimate is, as a multiple of the deviation, for n samples in K dimensions.</summary>
public enum BandwidthRule
{
    /// <summary>Scott (1992): <c>n^(−1/(K + 4))</c>.</summary>
    Scott,

    /// <summary>Silverman (1986): <c>(4/((K + 2)·n))^(1/(K + 4))</c>.</summary>
    Silverman,
}
