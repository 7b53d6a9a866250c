using System.Globalization;
using Distillation.Evaluation;

namespace Distillation.AI;

/// <summary>Numbers as text: 4 significant digits, in the invariant culture.</summary>
internal static class Figures
{
    /// <summary>Returns a number; nothing of none.</summary>
    public static string Of(double? value) => value?.ToString("G4", CultureInfo.InvariantCulture) ?? "";

    /// <summary>Returns a count in all its digits.</summary>
    public static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns the ends of an interval.</summary>
    public static string Of(Interval interval, double scale = 1) => $"{Of(scale * interval.Low)} to {Of(scale * interval.High)}";

    /// <summary>Returns a number with its sign and two decimals.</summary>
    public static string Signed(double value) => value.ToString("+0.##;-0.##;0", CultureInfo.InvariantCulture);

    /// <summary>Returns a time in milliseconds; nothing of none.</summary>
    public static string Of(TimeSpan? time) => time is { } known ? $"{Of(known.TotalMilliseconds)} ms" : "";
}
