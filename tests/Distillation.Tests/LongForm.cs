using System.Globalization;

namespace Distillation.Tests;

/// <summary>Tests that find more the longer they run: the environment variable DISTILLATION_LONG multiplies their rounds.</summary>
internal static class LongForm
{
    private static readonly int Factor = int.Parse(Environment.GetEnvironmentVariable("DISTILLATION_LONG") ?? "1", CultureInfo.InvariantCulture);

    public static int Times(int rounds) => rounds * Factor;
}
