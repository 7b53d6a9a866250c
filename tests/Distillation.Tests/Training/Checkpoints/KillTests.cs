using Distillation.Crash;
using Xunit.Abstractions;

namespace Distillation.Tests.Checkpoints;

/// <summary>Processes that are killed while they train.</summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int StepsForEachKill = 100;

    // Of each series; a longer one is for nights.
    private static readonly int Kills = LongForm.Times(6);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("distillation-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("Live", 0)]
    [InlineData("Live", 5)]
    [InlineData("Cached", 1)]
    public void Run_that_is_killed_again_and_again_ends_as_one_that_is_not(string kind, int seed)
    {
        TeacherKind teacher = Enum.Parse<TeacherKind>(kind);
        long steps = StepsForEachKill * Kills;
        string killed = _folder.CreateSubdirectory("killed").FullName;
        var random = new Random(seed);
        int unfinished = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            (HoldAt place, int times) = random.Next(8) switch
            {
                0 => (HoldAt.Start, 1),
                < 4 => (HoldAt.Report, random.Next(1, 10)),
                _ => (HoldAt.FileWritten, random.Next(1, 40)),
            };
            using var child = new Child(killed, steps, teacher, place, times);
            child.AwaitHold();

            child.Kill();

            unfinished += Directory.GetDirectories(killed, "draft-*").Length > 0 ? 1 : 0;
        }

        output.WriteLine($"{Kills} kills, {unfinished} of them while a checkpoint was written");
        unfinished.Should().BePositive();
        TrainCommand.Run(killed, steps, teacher).Should().Be(TrainingStatus.Completed);
        Result(killed).Should().Equal(Undisturbed(steps, teacher));
        Directory.GetDirectories(killed, "draft-*").Should().BeEmpty();
    }

    [Fact]
    public void Process_that_is_terminated_saves_and_reports_it()
    {
        if (OperatingSystem.IsWindows())
        {
            output.WriteLine("Not tried: Windows does not ask.");
            return;
        }

        const long steps = 300;
        string stopped = _folder.CreateSubdirectory("stopped").FullName;
        for (int time = 0; time < 2; time++)
        {
            using var child = new Child(stopped, steps, TeacherKind.Live, HoldAt.Termination, times: 5);
            child.AwaitHold();

            child.Terminate().Should().Be(nameof(TrainingStatus.Terminated));
        }

        TrainCommand.Run(stopped, steps, TeacherKind.Live).Should().Be(TrainingStatus.Completed);
        Result(stopped).Should().Equal(Undisturbed(steps, TeacherKind.Live));
    }

    private static byte[] Result(string directory) => File.ReadAllBytes(Path.Combine(directory, TrainCommand.ResultFile));

    private byte[] Undisturbed(long steps, TeacherKind teacher)
    {
        string directory = _folder.CreateSubdirectory("undisturbed").FullName;
        TrainCommand.RunUndisturbed(directory, steps, teacher);
        return Result(directory);
    }
}
