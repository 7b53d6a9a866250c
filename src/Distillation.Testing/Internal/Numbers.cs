using System.Globalization;

namespace Distillation.Testing;

/// <summary>Numbers of tensors, and messages about those that are not as they must be.</summary>
internal static class Numbers
{
    private const int Shown = 6;

    /// <summary>The numbers of a tensor in row-major order.</summary>
    public static double[] Of(Tensor tensor)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return [.. tensor.detach().to(torch.ScalarType.Float64, torch.CPU).contiguous().data<double>()];
    }

    /// <summary>The numbers of a tensor's gradient; zeros where it has none.</summary>
    public static double[] OfGradient(Tensor tensor) => tensor.grad is { } gradient ? Of(gradient) : new double[tensor.numel()];

    /// <summary>The largest size; NaN if there is one.</summary>
    public static double Largest(IEnumerable<double> numbers) => numbers.Select(Math.Abs).Aggregate(0.0, Math.Max);

    /// <summary>A message unless the difference is at most relative · |expected|, or 1e-14.</summary>
    public static string? Difference(string what, double actual, double expected, double relative) =>
        Math.Abs(actual - expected) <= Math.Max(relative * Math.Abs(expected), 1e-14)
            ? null
            : $"{what} must be {Text(expected)}, but is {Text(actual)}; the tolerance is {Text(relative)} of it.";

    /// <summary>A message unless no difference is larger than the bound.</summary>
    public static string? Difference(string what, double[] actual, double[] expected, double bound)
    {
        if (actual.Length != expected.Length)
        {
            return $"{what} must have {expected.Length} numbers, but has {actual.Length}.";
        }

        double largest = Largest(actual.Zip(expected, (one, other) => one - other));
        return largest <= bound
            ? null
            : $"{what} must be {Text(expected)}, but is {Text(actual)}; the largest difference is {Text(largest)}, and the tolerance {Text(bound)}.";
    }

    /// <summary>A message unless no difference is larger than relative times the largest of the expected numbers, or 1e-13.</summary>
    public static string? RelativeDifference(string what, double[] actual, double[] expected, double relative) =>
        Difference(what, actual, expected, Math.Max(relative * Largest(expected), 1e-13));

    /// <summary>A message unless the numbers are the same bits.</summary>
    public static string? BitDifference(string what, double[] actual, double[] expected) =>
        actual.AsSpan().SequenceEqual(expected) ? null : $"{what} must be {Text(expected)}, but is {Text(actual)}.";

    /// <summary>A message unless all numbers are finite.</summary>
    public static string? NotFinite(string what, double[] numbers) =>
        Array.TrueForAll(numbers, double.IsFinite) ? null : $"{what} must be finite, but is {Text(numbers)}.";

    public static string Text(double number) => number.ToString("G9", CultureInfo.InvariantCulture);

    public static string Text(double[] numbers) =>
        numbers.Length == 1 ? Text(numbers[0]) : $"[{string.Join(", ", numbers.Take(Shown).Select(Text))}{(numbers.Length > Shown ? ", ..." : "")}]";
}
