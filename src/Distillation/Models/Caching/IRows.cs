namespace Distillation.Caching;

/// <summary>One tensor for each sample, all of one shape and type.</summary>
internal interface IRows : IDisposable
{
    /// <summary>Puts values [N, ...] at the places of N samples.</summary>
    void Write(ReadOnlySpan<long> samples, Tensor values);

    /// <summary>Returns the values of N samples, [N, ...]: a fresh tensor in the current dispose scope.</summary>
    Tensor Read(Tensor samples);
}
