using System.Numerics;
using System.Runtime.CompilerServices;

namespace Distillation;

/// <summary>The door: every number that enters is checked here, so that all messages read alike.</summary>
internal static class Require
{
    public static T Positive<T>(T value, [CallerArgumentExpression(nameof(value))] string argument = "", [CallerMemberName] string member = "")
        where T : INumber<T> => value > T.Zero && T.IsFinite(value) ? value : throw OutOfRange(value, "positive and finite", argument, member);

    public static T NotNegative<T>(T value, [CallerArgumentExpression(nameof(value))] string argument = "", [CallerMemberName] string member = "")
        where T : INumber<T> => value >= T.Zero && T.IsFinite(value) ? value : throw OutOfRange(value, "zero or positive, and finite", argument, member);

    public static T InRange<T>(T value, T from, T to, [CallerArgumentExpression(nameof(value))] string argument = "", [CallerMemberName] string member = "")
        where T : INumber<T> =>
            value >= from && value <= to ? value : throw OutOfRange(value, FormattableString.Invariant($"in [{from}, {to}]"), argument, member);

    /// <summary>A rate of decay, a share that must leave something: zero is allowed, one is not.</summary>
    public static T BelowOne<T>(T value, [CallerArgumentExpression(nameof(value))] string argument = "", [CallerMemberName] string member = "")
        where T : INumber<T> => value >= T.Zero && value < T.One ? value : throw OutOfRange(value, "in [0, 1)", argument, member);

    public static T Finite<T>(T value, [CallerArgumentExpression(nameof(value))] string argument = "", [CallerMemberName] string member = "")
        where T : INumber<T> => T.IsFinite(value) ? value : throw OutOfRange(value, "finite", argument, member);

    public static T Present<T>(T? value, [CallerArgumentExpression(nameof(value))] string argument = "", [CallerMemberName] string member = "")
        where T : class => value ?? throw new ArgumentNullException(Name(argument, member));

    public static string Text(string? value, [CallerArgumentExpression(nameof(value))] string argument = "", [CallerMemberName] string member = "") =>
        string.IsNullOrWhiteSpace(value)
            ? throw new ArgumentException(
                $"{Name(argument, member)} must have letters, but was {(value is null ? "null" : $"'{value}'")}.", Name(argument, member))
            : value;

    public static T Defined<T>(T value, [CallerArgumentExpression(nameof(value))] string argument = "", [CallerMemberName] string member = "")
        where T : struct, Enum =>
        Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(
                Name(argument, member), value, $"{Name(argument, member)} must be one of {string.Join(", ", Enum.GetNames<T>())}.");

    private static ArgumentOutOfRangeException OutOfRange<T>(T value, string what, string argument, string member) =>
        new(Name(argument, member), value, FormattableString.Invariant($"{Name(argument, member)} must be {what}, but was {value}."));

    // In a property's accessor the argument is always called "value": the property's own name is clearer.
    private static string Name(string argument, string member) => argument == "value" && member != ".ctor" ? member : argument;
}
