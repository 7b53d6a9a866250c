using System.Numerics;
using static Distillation.HeldNumber;

namespace Distillation;

/// <summary>Comparisons, limits and fillings of tensors whose numbers are held (<see cref="HeldNumber"/>). What ends in <c>InPlace</c> writes into the tensor and returns it.</summary>
internal static class TensorComparison
{
    public static Tensor Is<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.eq(right));

    public static Tensor IsNot<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.ne(right));

    public static Tensor IsAbove<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.gt(right));

    /// <summary>Ones and zeros in the data type of the tensor.</summary>
    public static Tensor IsAboveInPlace(this Tensor tensor, double number) => With(tensor, number, static (left, right) => left.gt_(right));

    public static Tensor IsBelow<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.lt(right));

    public static Tensor IsAtLeast<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.ge(right));

    public static Tensor IsAtMost<T>(this Tensor tensor, T number)
        where T : INumber<T> => With(tensor, number, static (left, right) => left.le(right));

    public static Tensor AtLeast<T>(this Tensor tensor, T least)
        where T : INumber<T> => With(tensor, least, static (left, right) => left.clamp_min(right));

    public static Tensor AtLeastInPlace<T>(this Tensor tensor, T least)
        where T : INumber<T> => With(tensor, least, static (left, right) => left.clamp_min_(right));

    public static Tensor AtMost<T>(this Tensor tensor, T most)
        where T : INumber<T> => With(tensor, most, static (left, right) => left.clamp_max(right));

    public static Tensor AtMostInPlace<T>(this Tensor tensor, T most)
        where T : INumber<T> => With(tensor, most, static (left, right) => left.clamp_max_(right));

    public static Tensor Within(this Tensor tensor, double least, double most)
    {
        using Scalar lower = least.ToScalar();
        using Scalar upper = most.ToScalar();
        return tensor.clamp(lower, upper);
    }

    public static Tensor WithinInPlace(this Tensor tensor, double least, double most)
    {
        using Scalar lower = least.ToScalar();
        using Scalar upper = most.ToScalar();
        return tensor.clamp_(lower, upper);
    }

    /// <summary>The number wherever the mask says so.</summary>
    public static Tensor Filled<T>(this Tensor tensor, Tensor mask, T number)
        where T : INumber<T>
    {
        using Scalar held = Of(number);
        return tensor.masked_fill(mask, held);
    }

    public static Tensor FilledInPlace<T>(this Tensor tensor, Tensor mask, T number)
        where T : INumber<T>
    {
        using Scalar held = Of(number);
        return tensor.masked_fill_(mask, held);
    }

    /// <summary>The number at the places that the indices name along a dimension.</summary>
    public static Tensor FillAtInPlace(this Tensor tensor, long dimension, Tensor indices, double number)
    {
        using Scalar held = number.ToScalar();
        return tensor.index_fill_(dimension, indices, held);
    }
}
