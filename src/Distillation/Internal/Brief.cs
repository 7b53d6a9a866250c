using System.Collections;
using System.Globalization;

namespace Distillation;

/// <summary>The members of a record in few digits, in the invariant culture, with lists as their lengths.</summary>
internal static class Brief
{
    /// <summary>Lists members as <c>Type { Name = value, … }</c>.</summary>
    public static string Of(string type, params ReadOnlySpan<(string Name, object? Value)> members)
    {
        var words = new List<string>();
        foreach ((string name, object? value) in members)
        {
            words.Add($"{name} = {Of(value)}");
        }

        return $"{type} {{ {string.Join(", ", words)} }}";
    }

    /// <summary>Lists numbers as <c>Name value, …</c>.</summary>
    public static string Named(IEnumerable<KeyValuePair<string, double>> numbers) => string.Join(", ", numbers.Select(one => $"{one.Key} {Of(one.Value)}"));

    /// <summary>Lists numbers one a line, under a title.</summary>
    public static string Table(string title, IReadOnlyDictionary<string, double> numbers)
    {
        int width = numbers.Keys.Max(name => name.Length);
        return string.Join(Environment.NewLine, numbers.Select(one => $"  {one.Key.PadRight(width)}  {Of(one.Value)}").Prepend(title));
    }

    /// <summary>Returns a value in few digits.</summary>
    public static string Of(object? value) => value switch
    {
        null => "none",
        double number => number.ToString("G4", CultureInfo.InvariantCulture),
        TimeSpan time => $"{time.TotalSeconds.ToString("G4", CultureInfo.InvariantCulture)} s",
        IReadOnlyDictionary<string, double> named => $"[{Named(named)}]",
        string or not IEnumerable => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        IEnumerable list => $"[{list.Cast<object?>().Count()}]",
    };
}
