namespace Distillation.Tables.Rows;

/// <summary>Makes columns of numbers that must not be infinite.</summary>
internal static class FiniteNumbers
{
    /// <exception cref="InvalidDataException">A number is infinite.</exception>
    public static TableColumn Column(string name, List<double> values)
    {
        int wrong = values.FindIndex(double.IsInfinity);
        return wrong < 0
            ? TableColumn.OfNumbers(name, values)
            : throw new InvalidDataException($"Column '{name}' must have finite numbers, but row {wrong + 1} is infinite.");
    }
}
