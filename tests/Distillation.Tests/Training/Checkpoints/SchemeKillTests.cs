using Distillation.Crash;

namespace Distillation.Tests.Checkpoints;

/// <summary>Processes that are killed while they train by a scheme.</summary>
public sealed class SchemeKillTests : IDisposable
{
    // Of each scheme; a longer series is for nights.
    private static readonly int Kills = LongForm.Times(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("distillation-");

    public static TheoryData<string> Names => [.. SchemeRun.Schemes.Keys];

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void Scheme_that_is_killed_at_random_ends_as_one_that_is_not(string scheme)
    {
        bool hasStages = scheme is "stages" or "born-again" or "assistants" or "noisy-student";
        long steps = (hasStages ? 12 : 36) * (Kills + 1);
        string killed = _folder.CreateSubdirectory("killed").FullName;
        var random = new Random(Array.IndexOf([.. SchemeRun.Schemes.Keys], scheme));
        for (int kill = 0; kill < Kills; kill++)
        {
            (HoldAt place, int times) = random.Next(4) switch
            {
                0 when hasStages => (HoldAt.Stage, random.Next(2, 4)),
                < 2 => (HoldAt.Report, random.Next(1, 4)),
                _ => (HoldAt.FileWritten, random.Next(1, 30)),
            };
            using var child = Child.Of(scheme, killed, steps, place, times);
            child.AwaitHold();
            child.Kill();
        }

        Finish(scheme, killed, steps);

        Result(killed).Should().Equal(Undisturbed(scheme, steps));
    }

    [Fact]
    public void Stages_that_are_killed_within_and_between_end_as_those_that_are_not()
    {
        const long steps = 60;
        string killed = _folder.CreateSubdirectory("killed").FullName;
        (HoldAt, int)[] places =
            [(HoldAt.FileWritten, 7), (HoldAt.Stage, 2), (HoldAt.Report, 3), (HoldAt.FileWritten, 30), (HoldAt.Stage, 3), (HoldAt.FileWritten, 41)];
        foreach ((HoldAt place, int times) in places)
        {
            using var child = Child.Of("stages", killed, steps, place, times);
            child.AwaitHold();
            child.Kill();
        }

        Finish("stages", killed, steps);

        Result(killed).Should().Equal(Undisturbed("stages", steps));
    }

    [Fact]
    public void Stage_that_is_terminated_is_the_last_one_until_the_program_starts_again()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // Windows does not ask.
        }

        const long steps = 60;
        string stopped = _folder.CreateSubdirectory("stopped").FullName;
        using (var child = Child.Of("stages", stopped, steps, HoldAt.Termination, 2))
        {
            child.AwaitHold();
            child.Terminate().Should().Be(nameof(TrainingStatus.Terminated));
        }

        Directory.GetDirectories(stopped).Select(Path.GetFileName).Should().Equal("stage-01-layer");
        Finish("stages", stopped, steps);
        Result(stopped).Should().Equal(Undisturbed("stages", steps));
    }

    private static void Finish(string scheme, string directory, long steps)
    {
        using var nowhere = new Hold(HoldAt.Nowhere, 0, TextWriter.Null);
        SchemeCommand.Run(scheme, directory, steps, nowhere).Should().Be(TrainingStatus.Completed);
    }

    private static byte[] Result(string directory) => File.ReadAllBytes(Path.Combine(directory, SchemeCommand.ResultFile));

    private byte[] Undisturbed(string scheme, long steps)
    {
        string directory = _folder.CreateSubdirectory("undisturbed").FullName;
        SchemeCommand.RunUndisturbed(scheme, directory, steps).Should().Be(TrainingStatus.Completed);
        return Result(directory);
    }
}
