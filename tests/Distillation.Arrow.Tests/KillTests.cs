using System.Diagnostics;
using Distillation.Crash;

namespace Distillation.Arrow.Tests;

public sealed class KillTests : IDisposable
{
    private const int Kills = 10;
    private const int Samples = 5000;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _scope.Dispose();
    }

    [Fact]
    public void Store_whose_writer_was_killed_ten_times_ends_as_one_filled_undisturbed()
    {
        string whole = Path.Combine(_folder.FullName, "whole");
        string killed = Path.Combine(_folder.FullName, "killed");
        Directory.CreateDirectory(killed);
        var random = new Random(5);
        for (int kill = 0; kill < Kills; kill++)
        {
            KillWhileItWrites(killed, random.Next(1, 25));
        }

        StoreCommand.Run(killed, Samples);
        StoreCommand.Run(whole, Samples);

        Contents(killed).Should().Equal(Contents(whole));
        Directory.GetFiles(killed, "*.draft").Should().BeEmpty();
        Shards(killed, ".arrow").Should().Be(Shards(killed, ".json"));
    }

    // It goes on to write after it has printed that it wrote so many, until it is killed.
    private static void KillWhileItWrites(string directory, int shards)
    {
        using Process child = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "Distillation.Crash.dll"), "store", directory, $"{Samples}", $"{shards}"])
        {
            RedirectStandardOutput = true,
        })!;
        child.StandardOutput.ReadLine().Should().Be(Hold.Line, "the program must begin to write");
        child.Kill();
        child.WaitForExit();
    }

    private static int Shards(string directory, string ending) => Directory.GetFiles(directory, $"part-*{ending}").Length;

    private static IEnumerable<(float Logit, ulong? Digest)> Contents(string directory)
    {
        using ArrowOutputStore store = ArrowOutputStore.OpenRead(directory, StoreCommand.Fingerprint);
        store.Verify();
        Tensor logits = store.Read(torch.arange(Samples, torch.ScalarType.Int64), FeatureSet.None).Logits;
        int classes = (int)logits.size(1);
        return [.. logits.data<float>().ToArray().Select((logit, place) => (logit, store.InputDigest(place / classes)))];
    }
}
