using System.Globalization;

namespace Distillation.Tests;

/// <summary>Tests that find more the longer they run: the environment variable DISTILLATION_LONG multiplies their rounds.</summary>
internal static class LongForm
{
    private static readonly int Factor = int.Parse(Environment.GetEnvironmentVariable("DISTILLATION_LONG") ?? "1", CultureInfo.InvariantCulture);

    /// <summary>Gets the seed of property tests: 1, in the long form another each time. A failure names it, and DISTILLATION_SEED sets it.</summary>
    public static ulong Seed { get; } = Environment.GetEnvironmentVariable("DISTILLATION_SEED") is { } given
        ? ulong.Parse(given, CultureInfo.InvariantCulture)
        : Factor == 1 ? 1 : (ulong)Random.Shared.NextInt64(1, 1_000_000_000);

    /// <summary>Gets a value indicating whether rounds are multiplied.</summary>
    public static bool IsOn => Factor > 1;

    public static int Times(int rounds) => rounds * Factor;
}
