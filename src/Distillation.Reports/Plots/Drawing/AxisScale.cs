using System.Globalization;

namespace Distillation.Reports;

/// <summary>The numbers of an axis: its range, its ticks, and where a number lies in the range.</summary>
internal sealed class AxisScale
{
    private const int WantedTicks = 5;

    // A number beyond cannot be subtracted from its opposite without overflow on the way to the screen.
    private const double Largest = 1e100;

    // From here on whole numbers are not all exact.
    private const double LargestCount = 1e15;

    // A smaller range is shown as one number.
    private const double Smallest = 1e-90;

    private readonly double _low;
    private readonly double _high;

    private AxisScale(double low, double high, bool isLogarithmic, IReadOnlyList<double> ticks)
    {
        _low = low;
        _high = high;
        IsLogarithmic = isLogarithmic;
        Ticks = ticks;
        Labels = LabelsOf(ticks);
    }

    public bool IsLogarithmic { get; }

    /// <summary>Gets the numbers that have a line and a label.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>Gets the label of each tick: with 4 significant digits, or with as many more as tell one from the other.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Returns whether a number has a place on an axis.</summary>
    public static bool CanShow(double value, bool isLogarithmic = false) =>
        double.IsFinite(value) && Math.Abs(value) < Largest && (!isLogarithmic || value > 1 / Largest);

    /// <summary>Returns an axis that shows all numbers that can be shown, with some space at both ends.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="space">The space at each end as a share of the range.</param>
    public static AxisScale Linear(IEnumerable<double> values, double space)
    {
        (double low, double high) = RangeOf(values.Where(value => CanShow(value)), (0, 1));
        double margin = high - low > Math.Max(Smallest, 1e-9 * Math.Max(Math.Abs(low), Math.Abs(high))) ? space * (high - low) : Widen(low);
        return Between(low - margin, high + margin);
    }

    /// <summary>Returns an axis from one number to a larger one.</summary>
    public static AxisScale Between(double low, double high)
    {
        double step = Step((high - low) / WantedTicks);
        long first = (long)Math.Ceiling((low / step) - 1e-9);
        long last = (long)Math.Floor((high / step) + 1e-9);

        // Of a whole number of steps, so that no tick is 0.30000000000000004.
        int digits = (int)Math.Clamp(2 - Math.Floor(Math.Log10(step)), 0, 15);
        return new(low, high, isLogarithmic: false, [.. Numbers(first, last).Select(i => step > 1e-12 ? Math.Round(i * step, digits) : i * step)]);
    }

    /// <summary>Returns an axis of counts, whose ticks are whole numbers.</summary>
    public static AxisScale Whole(IEnumerable<double> values, double space)
    {
        (double low, double high) = RangeOf(values.Where(value => CanShow(value)), (0, 1));
        double margin = high > low ? space * (high - low) : 0.5;
        double step = Math.Max(1, Step((high - low) / WantedTicks));
        (low, high) = (low - margin, high + margin);
        if (Math.Max(Math.Abs(low), Math.Abs(high)) > LargestCount)
        {
            return Linear([low, high], space: 0);
        }

        double[] ticks = [.. Numbers((long)Math.Ceiling(low / step), (long)Math.Floor(high / step)).Select(i => i * step)];
        return ticks.Length > 0 ? new(low, high, isLogarithmic: false, ticks) : Linear([low, high], space: 0);
    }

    /// <summary>Returns an axis on which equal ratios are equally long.</summary>
    public static AxisScale Logarithmic(IEnumerable<double> values)
    {
        (double low, double high) = RangeOf(values.Where(value => CanShow(value, isLogarithmic: true)).Select(Math.Log10), (0, 1));
        double margin = high - low > 0.3 ? 0.05 * (high - low) : 0.15;
        (low, high) = (low - margin, high + margin);
        double[] marks = (high - low) switch { > 4 => [1], > 2.4 => [1, 3], > 0.8 => [1, 2, 5], _ => [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9] };
        int every = Math.Max(1, (int)((high - low) / WantedTicks));
        double[] ticks =
        [
            .. from power in Numbers((long)Math.Floor(low), (long)Math.Ceiling(high))
               where power % every == 0
               from mark in marks
               let tick = mark * Math.Pow(10, power)
               where Math.Log10(tick) >= low && Math.Log10(tick) <= high
               select tick,
        ];
        return new(low, high, isLogarithmic: true, ticks);
    }

    /// <summary>Returns where a number lies: 0 at the lower end, 1 at the upper.</summary>
    public double Share(double value) => ((IsLogarithmic ? Math.Log10(value) : value) - _low) / (_high - _low);

    /// <summary>Returns a number in few letters, such as <c>1.5M</c>.</summary>
    public static string Label(double value) => Label(value, digits: 4);

    private static string[] LabelsOf(IReadOnlyList<double> ticks)
    {
        string[] labels = [];
        for (int digits = 4; digits <= 15; digits++)
        {
            labels = [.. ticks.Select(tick => Label(tick, digits))];
            if (labels.Distinct().Count() == labels.Length)
            {
                break;
            }
        }

        return labels;
    }

    private static string Label(double value, int digits)
    {
        string format = string.Create(CultureInfo.InvariantCulture, $"G{digits}");
        return Math.Abs(value) is >= 1e4 and < 1e15 ? Shortened(value, format) : value.ToString(format, CultureInfo.InvariantCulture);
    }

    private static string Shortened(double tick, string format)
    {
        (double unit, string letter) = Math.Abs(tick) switch { >= 1e12 => (1e12, "T"), >= 1e9 => (1e9, "G"), >= 1e6 => (1e6, "M"), _ => (1e3, "k") };
        return (tick / unit).ToString(format, CultureInfo.InvariantCulture) + letter;
    }

    private static (double Low, double High) RangeOf(IEnumerable<double> values, (double Low, double High) orElse)
    {
        double[] all = [.. values];
        return all.Length == 0 ? orElse : (all.Min(), all.Max());
    }

    private static double Widen(double value) => value == 0 ? 1 : Math.Max(0.1 * Math.Abs(value), Smallest);

    // That of 1, 2 and 5 times a power of ten whose ratio to the wanted distance is the nearest to one.
    private static double Step(double wanted)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(wanted, 1e-95))));
        double ratio = wanted / power;
        return power * (ratio < Math.Sqrt(2) ? 1 : ratio < Math.Sqrt(10) ? 2 : ratio < Math.Sqrt(50) ? 5 : 10);
    }

    private static IEnumerable<long> Numbers(long first, long last)
    {
        for (long i = first; i <= last; i++)
        {
            yield return i;
        }
    }
}
