using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Distillation.Arrow;
using Distillation.Caching;
using Distillation.Mpi;

namespace Distillation.Benchmarks;

/// <summary>A store of a convolutional teacher's outputs, filled by the first rank alone and by all ranks of an MPI job, in turns.</summary>
internal static class MpiStoreCommand
{
    private const int Rounds = 5;
    private const int Samples = 1024;

    public static int Run()
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        torch.set_num_threads(1);
        using MpiEnvironment mpi = MpiEnvironment.Start();
        torch.manual_seed(1);
        using var data = new TensorData(torch.randn(Samples, 1, 28, 28), labels: null);
        using ResidualNetwork network = new(48);
        using ITeacher teacher = Teacher.From(network);
        string folder = Path.Combine(Path.GetTempPath(), $"distillation-mpi-store-{Environment.GetEnvironmentVariable("PMIX_NAMESPACE") ?? "job"}");
        var ratios = new List<double>();
        bool isSame = true;
        for (int round = 0; round < Rounds; round++)
        {
            (double alone, string ofOne) = Fill(mpi, teacher, data, folder, parts: 1);
            (double together, string ofAll) = Fill(mpi, teacher, data, folder, mpi.Ranks.Count);
            ratios.Add(alone / together);
            isSame &= ofOne == ofAll;
        }

        if (mpi.Ranks.Rank == 0)
        {
            Directory.Delete(folder, recursive: true);
            ratios.Sort();
            Console.WriteLine(
                $"{mpi.Ranks.Count} ranks fill a store {ratios[Rounds / 2]:F2} times as fast as one ({ratios[0]:F2} to {ratios[^1]:F2}), "
                + (isSame ? "with the same content" : "with other content"));
        }

        return isSame ? 0 : 1;
    }

    // The time until all have written, and a digest of what each sample has.
    private static (double Seconds, string Digest) Fill(MpiEnvironment mpi, ITeacher teacher, TensorData data, string folder, int parts)
    {
        if (mpi.Ranks.Rank == 0 && Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        mpi.Barrier();
        using ArrowOutputStore store = ArrowOutputStore.Open(folder, Samples, "residual network");
        using CachedTeacher cached = teacher.Cached(store);
        mpi.Barrier();
        long began = Stopwatch.GetTimestamp();
        if (mpi.Ranks.Rank < parts)
        {
            cached.FillPart(data, mpi.Ranks.Rank, parts);
        }

        mpi.Barrier();
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        store.Refresh();
        using var scope = torch.NewDisposeScope();
        ModelOutput all = cached.Predict(data.Read(torch.arange(Samples, torch.ScalarType.Int64)), FeatureSet.None);
        string digest = Convert.ToHexString(SHA256.HashData(all.Logits.bytes.ToArray()));
        mpi.Barrier();
        return (seconds, digest);
    }
}
