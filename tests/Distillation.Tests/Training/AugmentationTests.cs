using Distillation.Caching;
using Distillation.Losses;
using Distillation.Models;
using Distillation.Tests.Training.Trainers;
using Distillation.Training;
using TorchSharp.Modules;

namespace Distillation.Tests.Training;

public sealed class AugmentationTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = Some.Data(samples: 12, seed: 7, dtype: torch.ScalarType.Float64);
    private readonly Sequential _teacher = Some.Mlp(hidden: 9, seed: 4, dtype: torch.ScalarType.Float64);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Teacher_and_student_see_the_same_fresh_view_as_in_the_loop_by_hand()
    {
        TrainerOptions options = ByHand.Options(epochs: 3, batchSize: 4, rate: 0.3) with { Augmentation = new Shift(), Seed = 5 };
        Sequential student = New();

        new DistillationTrainer(Teacher.From(_teacher), Student.From(student), new SoftTargetLoss(2), options).Fit(_data);

        Sequential byHand = New();
        ByHand.Descend(byHand.parameters(), _data, options, (inputs, _, step) =>
        {
            int seed = unchecked((int)SplitMix64.Mix(SplitMix64.Mix(5, step / 3), 0));
            Tensor seen = inputs + torch.tensor([.. Enumerable.Range(step % 3 * 4, 4).Select(number => Shift.Of(number, seed))]).view(4, 1);
            return ByHand.Divergence(byHand.call(seen), _teacher.call(seen), temperature: 2);
        });
        Close.ShouldBe(Some.Weights(student), Some.Weights(byHand), 1e-9, "weights");
    }

    [Fact]
    public void View_of_a_sample_is_another_one_in_each_epoch_and_with_each_seed_and_the_same_in_any_order()
    {
        Dictionary<(int Epoch, long Sample), double> Views(TrainerOptions options)
        {
            var views = new Dictionary<(int, long), double>();
            int epoch = 0;
            using ITeacher recorder = new Recorder(Teacher.From(_teacher), batch =>
            {
                foreach ((int row, long number) in batch.Indices.data<long>().Index())
                {
                    // The first batch is seen before the run too.
                    double shift = (batch.Inputs[row, 0] - _data.Inputs[number, 0]).item<double>();
                    (views.TryAdd((epoch, number), shift) || views[(epoch, number)] == shift).Should().BeTrue();
                }
            });
            var progress = new CollectingProgress { OnReport = report => epoch = report.Position.Epoch };
            options = options with { Epochs = 2, Augmentation = new Shift() };
            new DistillationTrainer(recorder, Student.From(New()), new SoftTargetLoss(), options).Fit(_data, progress: progress);
            return views;
        }

        Dictionary<(int Epoch, long Sample), double> views = Views(new() { BatchSize = 4 });

        views.Values.Should().HaveCount(24).And.OnlyHaveUniqueItems();
        Views(new() { BatchSize = 5, MicroBatchSize = 2, Order = SampleOrder.Sequential, Prefetch = 2 }).Should().HaveCount(24)
            .And.OnlyContain(view => Math.Abs(view.Value - views[view.Key]) < 1e-12);
        Views(new() { Seed = 1 }).Values.Should().NotIntersectWith(views.Values);
    }

    [Fact]
    public void Cached_teacher_is_refused_before_the_first_update_also_behind_others()
    {
        Sequential student = New();
        double[] before = Some.Weights(student);
        using ITeacher live = Teacher.From(_teacher);
        using var cached = new CachedTeacher(live, 12);
        Action fit = () => new DistillationTrainer(
            new EnsembleTeacher(live, cached), Student.From(student), new SoftTargetLoss(), new TrainerOptions { Augmentation = new Shift() }).Fit(_data);

        fit.Should().Throw<InvalidOperationException>().WithMessage("Augmentation makes other inputs of a sample in every epoch*Leave out the CachedTeacher*");
        Some.Weights(student).Should().Equal(before);
        cached.Filled.Should().Be(0);
    }

    [Fact]
    public void Transform_that_loses_samples_is_refused()
    {
        Action fit = () => new SupervisedTrainer(Student.From(New()), options: new() { BatchSize = 4, Augmentation = new Losing() }).Fit(_data);

        fit.Should().Throw<InvalidOperationException>().WithMessage("Losing must return 4 samples for the inputs [4, 6], but returned [3, 6].");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Run_that_is_killed_at_random_ends_with_the_same_bits(int seed)
    {
        double[] Train(TrainerOptions options, IProgress<TrainingProgress>? progress)
        {
            (Sequential original, Sequential distilled) = (New(), Some.Mlp(hidden: 3, dtype: torch.ScalarType.Float64));
            new JointTrainer(Student.From(original), Student.From(distilled), new SoftTargetLoss(), options: options).Fit(_data, progress: progress);
            return [.. Some.Weights(original), .. Some.Weights(distilled)];
        }

        TrainerOptions options = new() { Epochs = 5, BatchSize = 5, Augmentation = new Shift(), Optimizer = new AdamOptimizer(0.02) };

        Killed.AtRandom(Train, options, seed).Should().Equal(Train(options, null));
    }

    [Fact]
    public void Transform_that_changes_nothing_leaves_the_run_as_it_is()
    {
        double[] Train(ISampleTransform? transform)
        {
            Sequential student = New();
            new SupervisedTrainer(Student.From(student), options: new() { Epochs = 2, Augmentation = transform, Prefetch = 1 }).Fit(_data, _data);
            return Some.Weights(student);
        }

        Train(new Nothing()).Should().Equal(Train(null));
    }

    [Fact]
    public void Views_leave_no_tensor()
    {
        using IStudent student = Student.From(New());
        TrainerOptions options = new() { Epochs = 2, Augmentation = new Shift(), Prefetch = 2, BatchSize = 5 };
        Leak.None(() => new SupervisedTrainer(student, options: options).Fit(_data, _data));
    }

    private static Sequential New() => Some.Mlp(dtype: torch.ScalarType.Float64);

    [Fact]
    public void Transforms_that_follow_each_other_draw_apart_and_for_each_sample_alone()
    {
        ISampleTransform twice = new Shift().Then(new Shift());
        Tensor numbers = torch.tensor(new long[] { 3, 1, 2 });
        double[] Moved(Tensor indices) =>
            Close.Numbers(twice.Transform(torch.zeros([indices.size(0), 1], torch.ScalarType.Float64), indices, seed: 8));

        double[] moved = Moved(numbers);

        moved.Should().Equal(numbers.data<long>().Select(number => Shift.Of(number, Seed(0)) + Shift.Of(number, Seed(1))));
        Moved(numbers.narrow(0, 1, 2)).Should().Equal(moved[1..]);
        Shift.Of(3, Seed(0)).Should().NotBe(Shift.Of(3, Seed(1)));

        static int Seed(int number) => unchecked((int)SplitMix64.Mix(8, number));
    }

    private sealed class Losing : ISampleTransform
    {
        public Tensor Transform(Tensor inputs, Tensor indices, int seed) => inputs[torch.TensorIndex.Slice(1)];
    }

    private sealed class Nothing : ISampleTransform
    {
        public Tensor Transform(Tensor inputs, Tensor indices, int seed) => inputs;
    }

    private sealed class Recorder(ITeacher inner, Action<Batch> record) : DelegatingTeacher(inner)
    {
        public override ModelOutput Predict(Batch batch, FeatureSet features)
        {
            record(batch);
            return base.Predict(batch, features);
        }
    }
}
