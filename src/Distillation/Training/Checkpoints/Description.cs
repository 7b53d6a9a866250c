using System.Collections;
using System.Globalization;

namespace Distillation.Checkpoints;

/// <summary>
/// The text by which runs are compared: of an option, a loss or a schedule its type and its settings. Two that are made alike have the same.
/// </summary>
/// <remarks>
/// Types list their settings themselves (<see cref="ISelfDescribing"/>), so that the words are the same in a program that is trimmed or compiled ahead of time.
/// </remarks>
internal static class Description
{
    private const int MaxDepth = 32;

    public static string Of(object? value) => Of(value, MaxDepth);

    private static string Of(object? value, int depth) => value switch
    {
        null => "none",
        string text => text,
        bool or Enum or Feature or FeatureSet => value.ToString()!,
        IFormattable number when value.GetType().IsValueType => number.ToString(null, CultureInfo.InvariantCulture),
        RequiredFeatures demand => $"student [{demand.Student}], teacher [{demand.Teacher}]",
        Tensor tensor => $"{Shapes.Of(tensor)} {tensor.dtype}",
        ISelfDescribing when depth == 0 => throw new InvalidOperationException(
            $"The settings of {value.GetType().Name} must not contain themselves, but are nested more than {MaxDepth} deep."),
        IDistillationLoss loss => WithSettings(loss, [(nameof(loss.Name), loss.Name), (nameof(loss.Features), loss.Features), .. loss.Describe()], depth - 1),
        ISelfDescribing described => WithSettings(described, described.Describe(), depth - 1),
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(item => Of(item, depth)))}]",
        _ => value.GetType().Name,
    };

    private static string WithSettings(object value, IEnumerable<(string Name, object? Value)> settings, int depth) =>
        string.Join(", ", settings.Select(setting => $"{setting.Name} = {Of(setting.Value, depth)}")) is { Length: > 0 } all
            ? $"{value.GetType().Name} {{ {all} }}"
            : value.GetType().Name;
}
