using Distillation.Caching;
using Distillation.Generation;
using Distillation.Losses;
using Distillation.Teachers;
using TorchSharp.Modules;

namespace Distillation.Tests.Caching;

public sealed class CachedTeacherTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Training_ends_with_the_same_bits_as_with_the_teacher_in_the_loop()
    {
        float[] live = Train(cached: false, filled: false);

        Train(cached: true, filled: false).Should().Equal(live);
    }

    [Fact]
    public void Training_after_a_fill_ends_with_the_same_bits_too()
    {
        float[] live = Train(cached: false, filled: false);

        Train(cached: true, filled: true).Should().Equal(live);
    }

    [Fact]
    public void Teacher_is_asked_once_for_each_sample()
    {
        var inner = new CountingTeacher();
        using var teacher = new CachedTeacher(inner, 20);
        TensorData data = Some.Data(20);
        using Sequential student = Some.Mlp();

        new DistillationTrainer(teacher, Student.From(student), new LogitMseLoss(), new TrainerOptions { Epochs = 5, BatchSize = 5 }).Fit(data);

        inner.Samples.Should().Be(20);
        teacher.Filled.Should().Be(20);
    }

    [Fact]
    public void A_batch_of_known_and_unknown_samples_is_right()
    {
        using Sequential network = Some.Mlp();
        using ITeacher inner = Teacher.From(network);
        using var teacher = new CachedTeacher(inner, 20);
        TensorData data = Some.Data(20);
        teacher.Predict(data.Read(torch.arange(0, 8, torch.ScalarType.Int64)), FeatureSet.None);

        Batch batch = data.Read(torch.tensor([5L, 19, 5, 8]));

        Close.ShouldBe(Close.Numbers(teacher.Predict(batch, FeatureSet.None).Logits), Close.Numbers(inner.Predict(batch, FeatureSet.None).Logits), 1e-6);
    }

    [Fact]
    public void Layers_that_are_kept_are_given()
    {
        using Sequential network = Some.Mlp();
        using ITeacher inner = Teacher.From(network);
        using var teacher = new CachedTeacher(inner, 20, new MemoryStoreOptions { Features = FeatureSet.Of("in", "act") });
        TensorData data = Some.Data(20);
        teacher.Fill(data, 4);

        Batch batch = data.Read(torch.tensor([3L, 17]));
        ModelOutput output = teacher.Predict(batch, FeatureSet.Of("act"));

        output.Features.Should().Equal((Feature)"act");
        Close.ShouldBe(Close.Numbers(output["act"]), Close.Numbers(inner.Predict(batch, FeatureSet.Of("act"))["act"]), 1e-6);
    }

    [Fact]
    public void A_layer_that_is_not_kept_is_refused_before_training()
    {
        using Sequential network = Some.Mlp();
        using Sequential student = Some.Mlp();
        using var teacher = new CachedTeacher(Teacher.From(network), 20);

        Action make = () => _ = new DistillationTrainer(teacher, Student.From(student), new HintLoss("in", "in"));

        make.Should().Throw<ArgumentException>().WithMessage("*layer 'in' of the teacher*");
    }

    [Fact]
    public void Sequences_and_ensembles_are_kept()
    {
        using Sequential network = Some.Mlp();
        using ITeacher one = Teacher.From(network);
        using var inner = new EnsembleTeacher(one, one);
        using var teacher = new CachedTeacher(inner, 4);
        var data = new TensorData(Some.Inputs(4 * 7).view(4, 7, 6));
        teacher.Fill(data);

        Batch batch = data.Read(torch.tensor([2L, 1]));

        teacher.Predict(batch, FeatureSet.None).Logits.shape.Should().Equal(2, 7, 3);
        Close.ShouldBe(Close.Numbers(teacher.Predict(batch, FeatureSet.None).Logits), Close.Numbers(inner.Predict(batch, FeatureSet.None).Logits), 1e-6);
    }

    [Fact]
    public void Numbered_views_are_cached_and_the_same_in_each_epoch()
    {
        var inner = new CountingTeacher();
        using var originals = new Originals(Some.Images());
        IDataSource views = originals.Generate(new ImageShift(), 60, seed: 1);
        using var teacher = new CachedTeacher(inner, 60);
        using Sequential student = torch.nn.Sequential(("flat", torch.nn.Flatten()), ("out", torch.nn.Linear(64, 3, dtype: torch.ScalarType.Float64)));

        new DistillationTrainer(teacher, Student.From(student), new LogitMseLoss(), new TrainerOptions { Epochs = 3, BatchSize = 20 }).Fit(views);

        inner.Samples.Should().Be(60);
    }

    [Fact]
    public void Other_inputs_for_a_number_that_is_known_are_refused()
    {
        using var teacher = new CachedTeacher(new CountingTeacher(), 20);
        using Sequential student = Some.Mlp();
        var trainer = new DistillationTrainer(teacher, Student.From(student), new LogitMseLoss(), new TrainerOptions { Epochs = 2, BatchSize = 5 });

        Action fit = () => trainer.Fit(new RandomlyMoved(Some.Data(20)));

        fit.Should().Throw<InvalidOperationException>().WithMessage("Sample * has other inputs than those for which the teacher's outputs were kept*");
    }

    [Fact]
    public void One_sample_that_is_another_is_found_while_its_number_comes_again()
    {
        using var teacher = new CachedTeacher(new CountingTeacher(), 6);
        TensorData data = Some.Data(6);
        teacher.Fill(data);
        Tensor inputs = data.Inputs.clone();
        inputs[4, 2] += 1e-3f;
        Batch changed = new TensorData(inputs).Read(torch.arange(6, torch.ScalarType.Int64));

        Action ask = () =>
        {
            for (int time = 0; time < 6; time++)
            {
                teacher.Predict(changed, FeatureSet.None);
            }
        };

        ask.Should().Throw<InvalidOperationException>().WithMessage("Sample 4 *");
    }

    [Fact]
    public void A_number_beyond_the_store_is_refused()
    {
        using var teacher = new CachedTeacher(new CountingTeacher(), 10);
        Batch batch = Some.Data(20).Read(torch.tensor([3L, 10]));

        Action ask = () => teacher.Predict(batch, FeatureSet.None);

        ask.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*for 10 samples, numbers 0 to 9, but was asked for number 10*");
    }

    [Fact]
    public void Data_of_another_size_is_not_filled_in()
    {
        using var teacher = new CachedTeacher(new CountingTeacher(), 10);

        Action fill = () => teacher.Fill(Some.Data(20));

        fill.Should().Throw<ArgumentException>().WithMessage("*for 10 samples, but the data has 20*");
    }

    [Fact]
    public void A_teacher_that_has_changed_is_refused()
    {
        using Sequential network = Some.Mlp();
        using var teacher = new CachedTeacher(Teacher.From(network), 20);
        using (torch.no_grad())
        {
            ((Linear)network[0]).bias![0] += 1e-4f;
        }

        Action fill = () => teacher.Fill(Some.Data(20));

        fill.Should().Throw<InvalidOperationException>().WithMessage("*parameters have changed*");
    }

    [Fact]
    public void A_teacher_that_changes_in_use_is_noticed()
    {
        using Sequential network = Some.Mlp();
        using var teacher = new CachedTeacher(Teacher.From(network), 4);
        Batch batch = Some.Data(4).Read(torch.arange(4, torch.ScalarType.Int64));
        teacher.Predict(batch, FeatureSet.None);
        using (torch.no_grad())
        {
            ((Linear)network[0]).bias![0] += 1e-4f;
        }

        Action ask = () =>
        {
            for (int time = 0; time < 10_000; time++)
            {
                using var scope = torch.NewDisposeScope();
                teacher.Predict(batch, FeatureSet.None);
            }
        };

        ask.Should().Throw<InvalidOperationException>().WithMessage("*parameters have changed*");
    }

    [Fact]
    public void A_fill_that_is_stopped_goes_on_where_it_was()
    {
        var inner = new CountingTeacher();
        using var teacher = new CachedTeacher(inner, 20);
        using var source = new CancellationTokenSource();
        var reports = new List<double>();
        var progress = new Told(share =>
        {
            reports.Add(share);
            if (share >= 0.4)
            {
                source.Cancel();
            }
        });

        Action fill = () => teacher.Fill(Some.Data(20), 4, progress: progress, cancellationToken: source.Token);

        fill.Should().Throw<OperationCanceledException>();
        teacher.Filled.Should().Be(8);
        teacher.Fill(Some.Data(20), 4);
        inner.Samples.Should().Be(20);
        reports.Should().Equal(0.2, 0.4);
    }

    [Fact]
    public void No_tensor_is_left()
    {
        using Sequential network = Some.Mlp();
        using ITeacher inner = Teacher.From(network);
        TensorData data = Some.Data(20);

        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            using var teacher = new CachedTeacher(inner, 20, new MemoryStoreOptions { Features = FeatureSet.Of("in"), HalfPrecision = true });
            teacher.Fill(data, 8);
            teacher.Predict(data.Read(torch.tensor([1L, 2])), FeatureSet.Of("in"));
        });
    }

    private static float[] Train(bool cached, bool filled)
    {
        const long Samples = 250;
        using Sequential network = Some.Mlp(784, 128, 10, seed: 7);
        using Sequential student = Some.Mlp(784, 64, 10, seed: 8);
        TensorData data = Some.Data(Samples, 784, 10);
        using ITeacher live = Teacher.From(network);
        using var teacher = new CachedTeacher(live, Samples);
        if (filled)
        {
            teacher.Fill(data);
        }

        var loss = (0.9 * new SoftTargetLoss(4)) + (0.1 * new HardLabelLoss());
        new DistillationTrainer(cached ? teacher : live, Student.From(student), loss, new TrainerOptions { Epochs = 4, BatchSize = 64, Optimizer = new Sgd(0.1) { Momentum = 0.9 } }).Fit(data);
        return [.. student.parameters().SelectMany(parameter => parameter.data<float>().ToArray())];
    }

    private sealed class Told(Action<double> tell) : IProgress<double>
    {
        public void Report(double value) => tell(value);
    }

    /// <summary>Gives the first three inputs as logits, and counts the samples that it saw.</summary>
    private sealed class CountingTeacher : ITeacher
    {
        public long Samples { get; private set; }

        public ModelOutput Predict(Batch batch, FeatureSet features)
        {
            Samples += batch.Count;
            return new ModelOutput(batch.Inputs.flatten(1).narrow(1, 0, 3).clone());
        }
    }

    private sealed class RandomlyMoved(IDataSource source) : IDataSource
    {
        private int _reads;

        public long Count => source.Count;

        public Batch Read(Tensor indices)
        {
            Batch batch = source.Read(indices);
            return batch.With(inputs: batch.Inputs + (0.01f * _reads++));
        }
    }
}
