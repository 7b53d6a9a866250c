using System.Globalization;

namespace Distillation.Mpi.Worker;

/// <summary>
/// Sums gradients that travel as bfloat16, and makes a run with them. Writes for lengths of gradients <c>sum|rank|digest|largest error as a share of the sum of
/// magnitudes|largest error of the numbers behind them</c>, then <c>special|rank|numbers</c> and <c>run|rank|digest|distance from the run alone</c>.
/// </summary>
internal static class CompressCommand
{
    private const int Rest = 5;

    /// <param name="rankWithout">The number of a rank that does not compress; <see langword="null"/>: all do.</param>
    public static int Run(string? rankWithout)
    {
        bool compresses = rankWithout != (Environment.GetEnvironmentVariable("OMPI_COMM_WORLD_RANK") ?? Environment.GetEnvironmentVariable("PMI_RANK"));
        using MpiEnvironment mpi = MpiEnvironment.Start(new() { CompressGradients = compresses });
        IRanks ranks = mpi.Ranks;
        foreach (long gradients in new long[] { 0, 1, 2, 1000, 1001, 70_003 })
        {
            Sum(ranks, gradients, torch.ScalarType.Float32);
        }

        Sum(ranks, 1001, torch.ScalarType.Float64);

        bool isFirst = ranks.Rank == 0;
        using Tensor special = torch.tensor([isFirst ? float.PositiveInfinity : 1, isFirst ? float.NaN : 1, 1, float.MinValue, 16_777_217]);
        ranks.SumGradients(special, 4);
        Line.Write("special", ranks.Rank, string.Join(' ', special.data<float>().Select(number => number.ToString(CultureInfo.InvariantCulture))));

        Case one = Case.All[0];
        using torch.nn.Module shared = one.Run(ranks);
        using torch.nn.Module alone = one.Run(null);
        Line.Write("run", ranks.Rank, Line.Digest(shared), Weights.Distance(shared, alone));
        return 0;
    }

    private static void Sum(IRanks ranks, long gradients, torch.ScalarType dtype)
    {
        using var scope = torch.NewDisposeScope();
        Tensor[] parts =
        [
            .. Enumerable.Range(0, ranks.Count).Select(rank => torch.randn(gradients + Rest, dtype, generator: new torch.Generator((ulong)rank + 1))),
        ];
        Tensor sum = parts[ranks.Rank].clone();
        ranks.SumGradients(sum, gradients);
        Tensor all = torch.stack(parts).to(torch.ScalarType.Float64);
        Tensor error = (sum.to(torch.ScalarType.Float64) - all.sum([0])).abs();
        Tensor shares = error / all.abs().sum([0]);
        Line.Write("sum", ranks.Rank, Line.Digest(sum), Largest(shares.narrow(0, 0, gradients)), Largest(error.narrow(0, gradients, Rest)));
    }

    private static double Largest(Tensor values) => values.numel() == 0 ? 0 : values.max().item<double>();
}
