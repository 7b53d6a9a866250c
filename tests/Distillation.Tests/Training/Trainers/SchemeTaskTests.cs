using Distillation.Losses;
using Distillation.Tests.Training.Ranks;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Training.Trainers;

/// <summary>Every scheme on every kind of task.</summary>
public sealed class SchemeTaskTests : IDisposable
{
    private const string ChosenSamples = "noisy student, chosen samples";

    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    public static TheoryData<string, string> All
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (string scheme in Schemes.Keys)
            {
                foreach (string task in TaskCase.Names.Where(task => Takes(scheme, task)))
                {
                    all.Add(scheme, task);
                }
            }

            return all;
        }
    }

    public static TheoryData<string> SchemeNames => [.. Schemes.Keys];

    // Each trains networks of the seeds 1, 2 and 3, as far as it has so many.
    private static Dictionary<string, Action<TaskCase, IStudent[], ITeacher, TrainerOptions>> Schemes { get; } = new()
    {
        ["stages"] = (task, students, teacher, options) => new StagedTrainer(
            teacher,
            students[0],
            [new("hints", new HintLoss("act", "act")) { Trained = ["in.*"] }, new("distillation", task.Labels + task.Outputs)],
            options).Fit(task.Data),
        ["born again"] = (task, students, teacher, options) =>
            new BornAgainTrainer(teacher, students, () => task.Labels + task.Outputs, options).Fit(task.Data),
        ["assistants"] = (task, students, teacher, options) =>
            new TeacherAssistantTrainer(teacher, students[..2], students[2], () => task.Outputs, options).Fit(task.Data),
        ["noisy student"] = (task, students, teacher, options) =>
            new NoisyStudentTrainer(teacher, students, new Shift(), options: options).Fit(task.Data),
        [ChosenSamples] = (task, students, teacher, options) =>
            new NoisyStudentTrainer(teacher, students, new Shift(), selection: new() { MinConfidence = 0.4, SamplesPerClass = 3 }, options: options)
                .Fit(task.Data),
        ["mutual"] = (task, students, _, options) =>
            new MutualTrainer(students, () => task.Labels + task.Outputs, mean: task.Mean, options: options).Fit(task.Data),
        ["mean teacher"] = (task, students, _, options) =>
            new MeanTeacherTrainer(students[0], task.Labels + task.Outputs, 0.9, new Shift(), options).Fit(task.Data),
    };

    [Theory]
    [MemberData(nameof(All))]
    public void Scheme_trains_all_students_and_micro_batches_give_the_same_updates(string scheme, string task)
    {
        double[][] before = Weights(New(task));
        double[][] whole = Train(scheme, task, new() { Epochs = 3, BatchSize = 6, Optimizer = new SgdOptimizer(0.1) });
        double[][] split = Train(scheme, task, new() { Epochs = 3, BatchSize = 6, Optimizer = new SgdOptimizer(0.1), MicroBatchSize = 4 });

        int trained = scheme is "stages" or "mean teacher" ? 1 : 3;
        for (int i = 0; i < trained; i++)
        {
            whole[i].Should().OnlyContain(weight => double.IsFinite(weight)).And.NotEqual(before[i]);
            Close.ShouldBe(split[i], whole[i], 1e-9, "weights");
        }
    }

    [Theory]
    [InlineData("regression")]
    [InlineData("several labels")]
    public void Min_logit_target_needs_class_ids(string name)
    {
        TaskCase task = TaskCase.Of(name);
        Module<Tensor, Tensor>[] networks = New(name);
        Action fit = () => new MutualTrainer([.. networks.Select(Student.From)], () => task.Outputs, MutualTarget.MinLogit).Fit(task.Data);

        fit.Should().Throw<InvalidOperationException>().WithMessage("MutualTarget.MinLogit needs class ids [12] as labels, but they are [12, *] Float64.*");
        Weights(networks).Should().BeEquivalentTo(Weights(New(name)), "it is refused before the first update");
    }

    [Theory]
    [InlineData("classes")]
    [InlineData("masked sequences")]
    [InlineData("maps")]
    public void Min_logit_target_is_made_of_every_row(string name)
    {
        TaskCase task = TaskCase.Of(name);
        Module<Tensor, Tensor>[] networks = New(name);

        TrainingResult result = new MutualTrainer([.. networks.Select(Student.From)], () => task.Labels + task.Outputs, MutualTarget.MinLogit).Fit(task.Data);

        result.History[^1].Loss.Should().BeLessThan(result.History[0].Loss);
    }

    [Theory]
    [MemberData(nameof(SchemeNames))]
    public void Ranks_make_the_updates_of_one_process(string scheme)
    {
        TrainerOptions options = new() { Epochs = 3, BatchSize = 5, Optimizer = new SgdOptimizer(0.1) };
        double[] alone = [.. Train(scheme, "classes", options).SelectMany(one => one)];
        TaskCase task = TaskCase.Of("classes");
        foreach (int count in (int[])[2, 3, 4])
        {
            // The models are made before the threads begin: libtorch's generator serves all of them.
            Module<Tensor, Tensor>[][] networks = [.. Enumerable.Range(0, count).Select(_ => New("classes"))];
            Module<Tensor, Tensor>[] teachers = [.. networks.Select(_ => task.Network(7))];
            Exception?[] failures = ThreadRanks.Run(count, ranks =>
            {
                using var scope = torch.NewDisposeScope();
                IStudent[] students = [.. networks[ranks.Rank].Select(Student.From)];
                Schemes[scheme](task, students, Teacher.From(teachers[ranks.Rank]), options with { Ranks = ranks });
            });

            failures.Should().OnlyContain(failure => failure == null);
            double[][] weights = [.. networks.Select(ofRank => Weights(ofRank).SelectMany(one => one).ToArray())];
            Close.ShouldBe(weights[0], alone, 1e-9, $"weights of {count} ranks");
            weights[1..].Should().AllSatisfy(other => other.Should().Equal(weights[0]));
        }
    }

    [Theory]
    [InlineData("regression")]
    [InlineData("several labels")]
    public void Noisy_student_needs_class_ids(string name)
    {
        TaskCase task = TaskCase.Of(name);
        Module<Tensor, Tensor>[] networks = New(name);
        Action fit = () => new NoisyStudentTrainer(Teacher.From(task.Network(7)), [.. networks.Select(Student.From)]).Fit(task.Data);

        fit.Should().Throw<InvalidOperationException>().WithMessage("Labels must be class ids [12], with -100 for samples without a label, but are *");
        Weights(networks).Should().BeEquivalentTo(Weights(New(name)), "it is refused before the first update");
    }

    private static bool Takes(string scheme, string task) => scheme switch
    {
        "noisy student" => task is "classes" or "masked sequences" or "maps",
        ChosenSamples => task is "classes",
        _ => true,
    };

    private static Module<Tensor, Tensor>[] New(string task) => [.. Enumerable.Range(1, 3).Select(TaskCase.Of(task).Network)];

    private static double[][] Weights(IEnumerable<Module<Tensor, Tensor>> networks) => [.. networks.Select(Some.Weights)];

    private static double[][] Train(string scheme, string name, TrainerOptions options)
    {
        TaskCase task = TaskCase.Of(name);
        Module<Tensor, Tensor>[] networks = New(name);
        Schemes[scheme](task, [.. networks.Select(Student.From)], Teacher.From(task.Network(7)), options);
        return Weights(networks);
    }
}
