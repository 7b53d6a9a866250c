namespace Distillation;

/// <summary>Names of types in reports.</summary>
internal static class TypeName
{
    /// <summary>Returns the name of a type without a suffix, unless nothing is left of it.</summary>
    public static string Without(string suffix, Type type) =>
        type.Name.Length > suffix.Length && type.Name.EndsWith(suffix, StringComparison.Ordinal) ? type.Name[..^suffix.Length] : type.Name;
}
