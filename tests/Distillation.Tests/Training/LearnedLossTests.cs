using Distillation.Losses;
using Distillation.Tests.Losses;

namespace Distillation.Tests.Training;

/// <summary>
/// What a loss learns itself belongs to the run, in whatever form the loss is given: it comes back with a checkpoint, and with the last good weights.
/// </summary>
public sealed class LearnedLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _directory = Directory.CreateTempSubdirectory("distillation-").FullName;

    // Every loss in two forms, a few in all of them: what a form does with what is learned does not depend on the loss.
    public static TheoryData<string, string> Cases
    {
        get
        {
            string[] inEachForm = [nameof(ReviewLoss), nameof(ContrastiveLoss), nameof(CurriculumTemperatureLoss)];
            var data = new TheoryData<string, string>();
            foreach (string name in LossZoo.Types.Select(type => type.Name).Where(HasModule))
            {
                string[] forms = LongForm.IsOn || inEachForm.Contains(name) ? [.. Forms.Keys] : [Alone, Inside];
                foreach (string form in forms.Where(form => form != OfRows || LossZoo.Make(name) is RowLoss))
                {
                    data.Add(name, form);
                }
            }

            return data;
        }
    }

    private const string Alone = "alone";
    private const string Inside = "as a sum inside a loss that delegates";
    private const string OfRows = "inside every loss that delegates to rows";

    private static Dictionary<string, Func<IDistillationLoss, IDistillationLoss>> Forms { get; } = new()
    {
        [Alone] = loss => loss,
        ["scaled"] = loss => 0.5 * loss,
        ["in a sum"] = loss => (0.5 * loss) + new HardLabelLoss(),
        ["in a sum of sums"] = loss => (0.5 * ((2.0 * loss) + new LogitMseLoss())) + (new SoftTargetLoss() + new HardLabelLoss()),
        ["under a name"] = loss => new HardLabelLoss() + loss.Named("learned"),
        ["twice"] = loss => loss + (0.5 * loss),
        ["inside a loss that delegates"] = loss => new StandardizedLoss(loss),
        [Inside] = loss => new StandardizedLoss(new HardLabelLoss() + (0.5 * loss)) + new SoftTargetLoss(),
        [OfRows] = loss => new AdaptiveWeightLoss(
            new CurriculumLoss(new AdaptiveTemperatureLoss((RowLoss)loss, RowMeasure.TeacherConfidence), RowMeasure.TeacherEntropy, 0.5),
            RowMeasure.TeacherConfidence)
                + new HardLabelLoss(),
    };

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Killed_run_ends_with_the_same_loss(string name, string form)
    {
        TrainerOptions options = Options(steps: 5);
        double[] whole = Train(name, form, options);
        _ = Train(name, form, options with { Checkpoints = new(_directory) { EverySteps = 3, AtEpochEnds = false, Keep = 9 } });
        string last = Directory.EnumerateDirectories(_directory, "step-*").Order(StringComparer.Ordinal).Last();
        Directory.Delete(last, recursive: true);

        Train(name, form, options with { Checkpoints = new(_directory) }).Should().Equal(whole);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Canceled_run_ends_with_the_same_loss(string name, string form)
    {
        TrainerOptions options = Options(steps: 5) with { Checkpoints = new(_directory) };
        double[] whole = Train(name, form, options with { Checkpoints = null });
        using var cancellation = new CancellationTokenSource();
        var progress = new CollectingProgress { OnReport = report => Cancel(report, cancellation) };
        _ = Train(name, form, options, progress: progress, cancellationToken: cancellation.Token);

        Train(name, form, options).Should().Equal(whole);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Update_that_is_not_made_leaves_the_loss_as_it_was(string name, string form)
    {
        // A run of four updates, for a loss may follow its length, that ends before the last of them.
        using var cancellation = new CancellationTokenSource();
        var progress = new CollectingProgress { OnReport = report => Cancel(report, cancellation, step: 3) };
        double[] good = Train(name, form, Options(steps: 4), breaks: true, progress, cancellation.Token);
        double[] With(NonFinitePolicy policy) => Train(name, form, Options(steps: 4) with { NonFinite = policy }, breaks: true);

        With(new NonFinitePolicy.Skip()).Should().Equal(good, "the update is skipped");
        With(new NonFinitePolicy.RollBack()).Should().Equal(good, "the run goes back to the epoch before");
        With(new NonFinitePolicy.Stop()).Should().Equal(good, "the last good weights come back");
    }

    private static void Cancel(TrainingProgress report, CancellationTokenSource cancellation, long step = 2)
    {
        if (report.Position.Step == step)
        {
            cancellation.Cancel();
        }
    }

    private static bool HasModule(string name)
    {
        using ZooModels models = new ZooModels(LossZoo.Make(name)).Prepare();
        return models.Loss.Module is not null;
    }

    // Batch normalization may see one sample nowhere: the data of the zoo is one batch.
    private static TrainerOptions Options(long steps) => new() { Steps = steps, Order = SampleOrder.Sequential, Optimizer = new AdamWOptimizer(0.01) };

    /// <summary>
    /// Weights of the student, then all that the loss has learned, once as the loss itself has it and once as the loss that was given has it.
    /// </summary>
    private static double[] Train(
        string name,
        string form,
        TrainerOptions options,
        bool breaks = false,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        IDistillationLoss learns = LossZoo.Make(name);
        IDistillationLoss given = Forms[form](learns);
        using var models = new ZooModels(learns);
        IDistillationLoss loss = breaks ? given + new BreaksAtFourth() : given;
        var trainer = new DistillationTrainer(models.Teacher, models.Student, loss, options);
        Action fit = () =>
            Canceled.ResultOf(() => trainer.Fit(new TensorData(models.Batch.Inputs, models.Batch.Labels), validation: null, progress, cancellationToken));
        if (breaks && progress is null && options is { NonFinite: NonFinitePolicy.Stop, Steps: > 3 })
        {
            fit.Should().Throw<TrainingDivergedException>();
        }
        else
        {
            fit();
        }

        return [.. Numbers(models.Student.Module), .. Numbers(learns.Module!), .. Numbers(given.Module!)];
    }

    private static IEnumerable<double> Numbers(torch.nn.Module module) =>
        module.parameters().Select(parameter => (Tensor)parameter).Concat(module.buffers()).SelectMany(tensor => Close.Numbers(tensor));

    private sealed class BreaksAtFourth : IDistillationLoss
    {
        public Tensor Compute(DistillationContext context) => context.Student.Logits.mean() * (context.Position.Step == 3 ? double.NaN : 0);
    }
}
