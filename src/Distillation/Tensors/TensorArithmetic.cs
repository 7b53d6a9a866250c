using System.Numerics;
using static Distillation.KeptAliveScalar;

namespace Distillation;

/// <summary>
/// Sums, products and powers of tensors whose numbers are held (<see cref="KeptAliveScalar"/>). What ends in <c>InPlace</c> writes into the tensor and returns
/// it.
/// </summary>
internal static class TensorArithmetic
{
    public static Tensor Add(this Tensor tensor, Tensor other) => tensor.add(other, One);

    public static Tensor AddInPlace(this Tensor tensor, Tensor other) => tensor.add_(other, One);

    /// <summary>tensor + factor · other.</summary>
    public static Tensor AddInPlace(this Tensor tensor, Tensor other, double factor)
    {
        using Scalar held = factor.ToScalar();
        return tensor.add_(other, held);
    }

    /// <summary>Adds to the places that the indices name along a dimension; to a place named several times, several times.</summary>
    public static Tensor IndexAddInPlace(this Tensor tensor, long dimension, Tensor indices, Tensor other) => tensor.index_add_(dimension, indices, other, One);

    public static Tensor Add<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.add(right, One));

    public static Tensor AddInPlace<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.add_(right, One));

    public static Tensor Sub<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.sub(right));

    public static Tensor SubInPlace<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.sub_(right));

    /// <summary>number − tensor.</summary>
    public static Tensor RSub<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.negative().add(right, One));

    public static Tensor Mul<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.mul(right));

    public static Tensor MulInPlace<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.mul_(right));

    public static Tensor Div<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.div(right));

    public static Tensor DivInPlace<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.div_(right));

    /// <summary>⌊tensor / number⌋.</summary>
    public static Tensor FloorDivide<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.div(right, torch.RoundingMode.floor));

    /// <summary>What the floored division leaves: in [0, number) for a positive number.</summary>
    public static Tensor Remainder<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.remainder(right));

    public static Tensor Pow(this Tensor tensor, double exponent) => With(tensor, exponent, static (left, right) => left.pow(right));

    public static Tensor Square(this Tensor tensor) => tensor.pow(Two);
}
