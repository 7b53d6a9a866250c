using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Distillation.Checkpoints;

/// <summary>What an option, a loss or a schedule is, in words: its type and the values of its public properties. Two that are made alike have the same.</summary>
internal static class Description
{
    private const int Deepest = 8;

    public static string Of(object? value) => Of(value, []);

    private static string Of(object? value, List<object> parents) => value switch
    {
        null => "none",
        string text => text,
        Enum or bool or Type => value.ToString()!,
        IFormattable number when value.GetType().IsValueType => number.ToString(null, CultureInfo.InvariantCulture),
        Delegate => "function",
        torch.nn.Module module => module.GetType().Name,
        Tensor tensor => Shapes.Of(tensor),
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(item => Of(item, parents)))}]",
        _ when parents.Count >= Deepest || parents.Any(parent => ReferenceEquals(parent, value)) => value.GetType().Name,
        _ => WithProperties(value, [.. parents, value]),
    };

    private static string WithProperties(object value, List<object> parents)
    {
        IEnumerable<string> properties = value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0 && property.CanRead)
            .OrderBy(property => property.Name, StringComparer.Ordinal)
            .Select(property => $"{property.Name} = {Of(Read(property, value), parents)}");
        return string.Join(", ", properties) is { Length: > 0 } all ? $"{value.GetType().Name} {{ {all} }}" : value.GetType().Name;
    }

    // A property that cannot be read before the run says nothing of what the run is.
    private static object? Read(PropertyInfo property, object value)
    {
        try
        {
            return property.GetValue(value);
        }
        catch (TargetInvocationException)
        {
            return null;
        }
    }
}
