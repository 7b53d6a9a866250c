using System.Numerics;
using static Distillation.KeptAliveScalar;

namespace Distillation;

/// <summary>
/// Comparisons, limits and fillings of tensors whose numbers are held (<see cref="KeptAliveScalar"/>). What ends in <c>InPlace</c> writes into the tensor and
/// returns it.
/// </summary>
internal static class TensorComparison
{
    public static Tensor Eq<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.eq(right));

    public static Tensor Ne<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.ne(right));

    public static Tensor Gt<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.gt(right));

    /// <summary>Ones and zeros in the data type of the tensor.</summary>
    public static Tensor GtInPlace(this Tensor tensor, double number) => With(tensor, number, static (left, right) => left.gt_(right));

    public static Tensor Lt<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.lt(right));

    public static Tensor Ge<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.ge(right));

    public static Tensor Le<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.le(right));

    public static Tensor ClampMin<T>(this Tensor tensor, T least)
        where T : INumber<T> => With(tensor, least, static (left, right) => left.clamp_min(right));

    public static Tensor ClampMinInPlace<T>(this Tensor tensor, T least)
        where T : INumber<T> => With(tensor, least, static (left, right) => left.clamp_min_(right));

    public static Tensor ClampMax<T>(this Tensor tensor, T most)
        where T : INumber<T> => With(tensor, most, static (left, right) => left.clamp_max(right));

    public static Tensor ClampMaxInPlace<T>(this Tensor tensor, T most)
        where T : INumber<T> => With(tensor, most, static (left, right) => left.clamp_max_(right));

    public static Tensor Clamp(this Tensor tensor, double least, double most)
    {
        using Scalar lower = least.ToScalar();
        using Scalar upper = most.ToScalar();
        return tensor.clamp(lower, upper);
    }

    public static Tensor ClampInPlace(this Tensor tensor, double least, double most)
    {
        using Scalar lower = least.ToScalar();
        using Scalar upper = most.ToScalar();
        return tensor.clamp_(lower, upper);
    }

    /// <summary>The number wherever the mask is set.</summary>
    public static Tensor MaskedFill<T>(this Tensor tensor, Tensor mask, T number)
        where T : INumber<T>
    {
        using Scalar held = Of(number);
        return tensor.masked_fill(mask, held);
    }

    public static Tensor MaskedFillInPlace<T>(this Tensor tensor, Tensor mask, T number)
        where T : INumber<T>
    {
        using Scalar held = Of(number);
        return tensor.masked_fill_(mask, held);
    }

    /// <summary>The number at the places that the indices name along a dimension.</summary>
    public static Tensor IndexFillInPlace(this Tensor tensor, long dimension, Tensor indices, double number)
    {
        using Scalar held = number.ToScalar();
        return tensor.index_fill_(dimension, indices, held);
    }
}
