using CsCheck;
using Xunit.Sdk;

namespace Distillation.Tests;

/// <summary>Tries a property on samples out of one seed (<see cref="LongForm.Seed"/>), one after the other, so that a failure comes again.</summary>
internal static class PropertyExtensions
{
    public static void ForAll<T>(this Gen<T> gen, Action<T> holds, int iter = 100)
    {
        var chance = new PCG(1, LongForm.Seed);
        for (int round = 0; round < LongForm.Times(iter); round++)
        {
            T sample = gen.Generate(chance, null, out _);
            try
            {
                holds(sample);
            }
            catch (Exception exception)
            {
                throw new XunitException(
                    $"The property does not hold for sample {round} of DISTILLATION_SEED={LongForm.Seed}, {Check.Print(sample)}: {exception.Message}",
                    exception);
            }
        }
    }

    public static void ForAll<T>(this Gen<T> gen, Func<T, bool> holds, int iter = 100) => gen.ForAll(sample => holds(sample).Should().BeTrue(), iter);

    public static void ForAll<T1, T2>(this Gen<(T1, T2)> gen, Action<T1, T2> holds, int iter = 100) =>
        gen.ForAll(sample => holds(sample.Item1, sample.Item2), iter);

    public static void ForAll<T1, T2>(this Gen<(T1, T2)> gen, Func<T1, T2, bool> holds, int iter = 100) =>
        gen.ForAll(sample => holds(sample.Item1, sample.Item2), iter);

    public static void ForAll<T1, T2, T3>(this Gen<(T1, T2, T3)> gen, Action<T1, T2, T3> holds, int iter = 100) =>
        gen.ForAll(sample => holds(sample.Item1, sample.Item2, sample.Item3), iter);

    public static void ForAll<T1, T2, T3>(this Gen<(T1, T2, T3)> gen, Func<T1, T2, T3, bool> holds, int iter = 100) =>
        gen.ForAll(sample => holds(sample.Item1, sample.Item2, sample.Item3), iter);

    public static void ForAll<T1, T2, T3, T4>(this Gen<(T1, T2, T3, T4)> gen, Action<T1, T2, T3, T4> holds, int iter = 100) =>
        gen.ForAll(sample => holds(sample.Item1, sample.Item2, sample.Item3, sample.Item4), iter);

    public static void ForAll<T1, T2, T3, T4>(this Gen<(T1, T2, T3, T4)> gen, Func<T1, T2, T3, T4, bool> holds, int iter = 100) =>
        gen.ForAll(sample => holds(sample.Item1, sample.Item2, sample.Item3, sample.Item4), iter);

    public static void ForAll<T1, T2, T3, T4, T5>(this Gen<(T1, T2, T3, T4, T5)> gen, Action<T1, T2, T3, T4, T5> holds, int iter = 100) =>
        gen.ForAll(sample => holds(sample.Item1, sample.Item2, sample.Item3, sample.Item4, sample.Item5), iter);
}
