using System.Globalization;

namespace Distillation.Reports;

/// <summary>Times in words that people use.</summary>
internal static class Duration
{
    /// <summary>Returns a time such as <c>2 h 05 min</c>, <c>3 min 20 s</c>, <c>12.5 s</c> or <c>430 ms</c>.</summary>
    public static string Of(TimeSpan time) => time switch
    {
        { TotalHours: >= 24 } => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalDays} d {time.Hours} h"),
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Hours} h {time.Minutes:00} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds:00} s"),
        { TotalSeconds: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s"),
        { Ticks: 0 } => "0 s",
        { TotalMilliseconds: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:G4} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:G4} µs"),
    };
}
