namespace Distillation.Tests;

/// <summary>Compares numbers with a bound that is relative to what was expected.</summary>
internal static class Close
{
    /// <summary>One number: |actual − expected| ≤ relative · |expected|, or 1e-14 where zero is expected.</summary>
    public static void ShouldBe(double actual, double expected, double relative, string what = "the value") =>
        Math.Abs(actual - expected)
            .Should().BeLessThanOrEqualTo(Math.Max(relative * Math.Abs(expected), 1e-14), $"{what} must be {expected:R}, but is {actual:R}");

    /// <summary>Many numbers: no difference is larger than relative times the largest of the expected ones.</summary>
    public static void ShouldBe(IReadOnlyList<double> actual, IReadOnlyList<double> expected, double relative, string what = "the gradient")
    {
        actual.Should().HaveSameCount(expected, what);
        double scale = Largest(expected);
        Largest(actual.Zip(expected, (one, other) => one - other)).Should().BeLessThanOrEqualTo(
            Math.Max(relative * scale, 1e-13),
            $"{what} must be [{string.Join(", ", expected.Take(8))}, ...], but is [{string.Join(", ", actual.Take(8))}, ...]");
    }

    /// <summary>The largest size; NaN if there is one, which <see cref="Enumerable.Max(IEnumerable{double})"/> would pass over.</summary>
    public static double Largest(IEnumerable<double> numbers) => numbers.Select(Math.Abs).Aggregate(0.0, Math.Max);

    /// <summary>The numbers of a tensor in row-major order.</summary>
    public static double[] Numbers(Tensor tensor)
    {
        using var scope = torch.NewDisposeScope();
        return [.. tensor.detach().to(torch.ScalarType.Float64).contiguous().data<double>()];
    }
}
