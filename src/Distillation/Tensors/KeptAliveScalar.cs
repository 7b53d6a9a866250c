using System.Numerics;

namespace Distillation;

/// <summary>Numbers for native code, held until it has read them.</summary>
/// <remarks>
/// <para>A number that TorchSharp converts by itself is freed by the next collection, of any thread, even while native code still reads it.
/// TorchSharp does that in its operators too: <c>a + b</c> of two tensors makes a 1, and <c>square</c> a 2.</para>
/// <para>
/// The library calls none of them: <c>BannedSymbols.txt</c> makes them errors. <see cref="TensorArithmetic"/> and <see cref="TensorComparison"/> do the same
/// with numbers that stay alive.
/// </para>
/// </remarks>
internal static class KeptAliveScalar
{
    public static readonly Scalar One = 1.ToScalar();
    public static readonly Scalar Two = 2.ToScalar();

    /// <summary>Does something to a tensor with a number.</summary>
    public static Tensor With<T>(Tensor tensor, T number, Func<Tensor, Scalar, Tensor> operation)
        where T : INumber<T>
    {
        using Scalar held = Of(number);
        return operation(tensor, held);
    }

    /// <summary>start, start + 1, … up to and without end.</summary>
    public static Tensor Arange(long start, long end, torch.ScalarType dtype = torch.ScalarType.Int64, torch.Device? device = null)
    {
        using Scalar first = start.ToScalar();
        using Scalar limit = end.ToScalar();
        return torch.arange(first, limit, One, dtype, device);
    }

    /// <summary>The same number everywhere.</summary>
    public static Tensor Full<T>(long[] shape, T number, torch.ScalarType dtype, torch.Device? device = null)
        where T : INumber<T>
    {
        using Scalar held = Of(number);
        return torch.full(shape, held, dtype, device);
    }

    /// <summary>The same number everywhere, in the shape of another tensor and where it is.</summary>
    public static Tensor FullLike<T>(Tensor tensor, T number, torch.ScalarType? dtype = null)
        where T : INumber<T>
    {
        using Scalar held = Of(number);
        return torch.full_like(tensor, held, dtype ?? tensor.dtype);
    }

    /// <summary>A number for the caller to hold and to dispose. An integer stays one, so that it leaves tensors of integers what they are.</summary>
    public static Scalar Of<T>(T number)
        where T : INumber<T> =>
        number is int or long ? long.CreateChecked(number).ToScalar() : double.CreateChecked(number).ToScalar();
}
