using Distillation.Crash;

namespace Distillation.Tests.Checkpoints;

/// <summary>Processes that are killed while they train in stages.</summary>
public sealed class StageKillTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("distillation-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Stages_that_are_killed_within_and_between_end_as_those_that_are_not()
    {
        string killed = _folder.CreateSubdirectory("killed").FullName;
        (HoldAt, int)[] places =
            [(HoldAt.FileWritten, 7), (HoldAt.Stage, 2), (HoldAt.Report, 3), (HoldAt.FileWritten, 30), (HoldAt.Stage, 3), (HoldAt.FileWritten, 41)];
        foreach ((HoldAt place, int times) in places)
        {
            using Child child = Child.InStages(killed, place, times);
            child.AwaitHold();
            child.Kill();
        }

        using (var nowhere = new Hold(HoldAt.Nowhere, 0, TextWriter.Null))
        {
            StagesCommand.Run(killed, nowhere).Should().Be(TrainingStatus.Completed);
        }

        Result(killed).Should().Equal(Undisturbed());
    }

    [Fact]
    public void Stage_that_is_terminated_is_the_last_one_until_the_program_starts_again()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // Windows does not ask.
        }

        string stopped = _folder.CreateSubdirectory("stopped").FullName;
        using (Child child = Child.InStages(stopped, HoldAt.Termination, 2))
        {
            child.AwaitHold();
            child.Terminate().Should().Be(nameof(TrainingStatus.Terminated));
        }

        Directory.GetDirectories(stopped).Select(Path.GetFileName).Should().Equal("stage-01-layer");
        using var nowhere = new Hold(HoldAt.Nowhere, 0, TextWriter.Null);
        StagesCommand.Run(stopped, nowhere).Should().Be(TrainingStatus.Completed);
        Result(stopped).Should().Equal(Undisturbed());
    }

    private static byte[] Result(string directory) => File.ReadAllBytes(Path.Combine(directory, StagesCommand.ResultFile));

    private byte[] Undisturbed()
    {
        string directory = _folder.CreateSubdirectory("undisturbed").FullName;
        StagesCommand.RunUndisturbed(directory);
        return Result(directory);
    }
}
