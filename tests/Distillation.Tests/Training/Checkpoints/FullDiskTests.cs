using Distillation.Crash;
using Xunit.Abstractions;

namespace Distillation.Tests.Checkpoints;

/// <summary>A disk on which there is no room left, where the test may make one.</summary>
public sealed class FullDiskTests(ITestOutputHelper output) : IDisposable
{
    private const long Steps = 100;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("distillation-");
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private bool _mounted;

    private string Disk => Path.Combine(_folder.FullName, "disk");

    private string Filler => Path.Combine(Disk, "filler");

    public void Dispose()
    {
        _scope.Dispose();
        if (_mounted)
        {
            Programs.Call("umount", Disk);
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Run_goes_on_while_the_disk_is_full_and_saves_when_there_is_room()
    {
        if (!Mounted())
        {
            return;
        }

        using var run = new SmallRun(TeacherKind.Live);
        var log = new CollectingLog();

        // A report comes before the checkpoint of its epoch: when the writer is done with those before, it writes nothing.
        TrainingResult result = run.Fit(Steps, new(Disk), new At((30, () => Fill(log, saved: 2)), (70, () => Empty(log, saved: 6))), log);

        result.Status.Should().Be(TrainingStatus.Completed);
        log.Ids.Count(id => id == 204).Should().Be(4);
        Directory.GetDirectories(Disk).Select(Path.GetFileName).Should().BeEquivalentTo("step-0000000080", "step-0000000090", "step-0000000100");
    }

    [Fact]
    public void Run_whose_last_checkpoint_found_no_room_goes_on_from_the_last_whole_one()
    {
        if (!Mounted())
        {
            return;
        }

        using var full = new SmallRun(TeacherKind.Live);
        var log = new CollectingLog();
        Action fit = () => full.Fit(Steps, new(Disk), new At((30, () => Fill(log, saved: 2))), log);
        fit.Should().Throw<IOException>().WithMessage("The last checkpoint could not be written: *");
        Directory.GetDirectories(Disk).Max().Should().Be(Path.Combine(Disk, "step-0000000020"));
        File.Delete(Filler);
        using var resumed = new SmallRun(TeacherKind.Live);
        using var whole = new SmallRun(TeacherKind.Live);

        resumed.Fit(Steps, new(Disk));
        whole.Fit(Steps, null);

        Some.Weights(resumed.Network).Should().Equal(Some.Weights(whole.Network));
    }

    private bool Mounted()
    {
        Directory.CreateDirectory(Disk);
        _mounted = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && Programs.Call("mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", Disk) == 0;
        output.WriteLine(_mounted ? "The disk has 200 kB." : "Not tried: a small disk needs Linux and root.");
        return _mounted;
    }

    private void Empty(CollectingLog log, int saved)
    {
        log.Await(saved, 201, 204);
        File.Delete(Filler);
    }

    private void Fill(CollectingLog log, int saved)
    {
        log.Await(saved, 201, 204);
        try
        {
            using FileStream filler = File.Create(Filler, bufferSize: 1);
            while (true)
            {
                filler.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            // That was the last of the room.
        }
    }

    private sealed class At(params (long Step, Action Action)[] actions) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            foreach ((_, Action action) in actions.Where(one => one.Step == value.Position.Step))
            {
                action();
            }
        }
    }
}
