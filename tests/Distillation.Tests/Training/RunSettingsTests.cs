using Distillation.Losses;
using Distillation.Models;

namespace Distillation.Tests.Training;

public sealed class RunSettingsTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _root = Directory.CreateTempSubdirectory("distillation-").FullName;

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public void Teacher_is_digested_once_where_checkpoints_are_compared_and_else_never(bool saves, int digests)
    {
        using var teacher = new Counted(Teacher.From(Some.Mlp(seed: 4)));
        var options = new TrainerOptions { Epochs = 2, BatchSize = 4, Checkpoints = saves ? new(_root) : null };

        TrainingResult result = new DistillationTrainer(teacher, Student.From(Some.Mlp()), new SoftTargetLoss(4), options).Fit(Some.Data());

        teacher.Digests.Should().Be(digests);
        result.Settings.ContainsKey("teacher").Should().Be(saves);
        result.Settings.Should().ContainKeys("student: loss", "student: optimizer", nameof(TrainerOptions.Seed), "libtorch", "threads");
    }

    private sealed class Counted(ITeacher inner) : DelegatingTeacher(inner)
    {
        public int Digests { get; private set; }

        public override string? Fingerprint()
        {
            Digests++;
            return Inner.Fingerprint();
        }

        protected override void Dispose(bool disposing)
        {
            Inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
