using Distillation.Crash;

namespace Distillation.Tests.Checkpoints;

/// <summary>The short form of the long run that <c>Distillation.Crash soak</c> makes.</summary>
public sealed class SoakTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("distillation-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Tensors_and_handles_stay_as_many_over_stops_and_resumptions()
    {
        using var words = new StringWriter();

        IReadOnlyList<SoakCommand.Holding> held = SoakCommand.Run(_folder.FullName, steps: 4000, words);

        held.Should().HaveCount(5);
        held.Select(now => now.Tensors).Distinct().Should().ContainSingle();
        held.Skip(1).Max(now => now.Handles).Should().BeLessThanOrEqualTo(held[1].Handles + 5, "threads of the pool come and go, and each has a few");
        words.ToString().Should().StartWith("step 1000: ");
    }
}
