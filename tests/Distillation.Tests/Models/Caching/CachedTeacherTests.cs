using Distillation.Caching;
using Distillation.Losses;
using Distillation.Models;
using Distillation.SmallData;
using TorchSharp.Modules;

#pragma warning disable IDE1006 // TorchSharp registers layers under the names of their fields.
namespace Distillation.Tests.Caching;

public sealed partial class CachedTeacherTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    public static TheoryData<string> Teachers => [.. Kinds.Keys];

    // Some network of 784 inputs and 10 classes as a teacher; all that such teachers are made of is disposed by the scope of the test.
    private static Dictionary<string, Func<ITeacher>> Kinds => new()
    {
        ["network"] = () => Teacher.From(Some.Mlp(784, 128, 10, seed: 7)),
        ["network of a batch of its own"] = () => Some.Mlp(784, 128, 10, seed: 7) is var network
            ? Teacher.From(network, (Batch batch) => network.call(batch.Inputs))
            : throw new InvalidOperationException(),
        ["student"] = () => Student.From(Some.Mlp(784, 128, 10, seed: 7)).AsTeacher(),
        ["ensemble"] = () => new EnsembleTeacher(Teacher.From(Some.Mlp(784, 128, 10, seed: 7)), Teacher.From(Some.Mlp(784, 32, 10, seed: 6))),
        ["scaled"] = () => new ScaledTeacher(Teacher.From(Some.Mlp(784, 128, 10, seed: 7)), 3),
        ["bfloat16"] = () => Teacher.InBFloat16(Some.Mlp(784, 128, 10, seed: 7)),
    };

    [Theory]
    [MemberData(nameof(Teachers))]
    public void Training_in_the_order_of_the_data_ends_with_the_same_bits_as_with_the_teacher_in_the_loop(string kind)
    {
        foreach (int? pieces in (int?[])[null, 16])
        {
            float[] live = Train(kind, SampleOrder.Sequential, pieces, cached: false, filled: false);

            Train(kind, SampleOrder.Sequential, pieces, cached: true, filled: false).Should().Equal(live);
            Train(kind, SampleOrder.Sequential, pieces, cached: true, filled: true).Should().Equal(live);
        }
    }

    [Theory]
    [MemberData(nameof(Teachers))]
    public void Training_in_any_order_ends_with_the_same_bits_where_the_place_in_a_batch_does_not_matter(string kind)
    {
        float[] live = Train(kind, SampleOrder.Shuffled, null, cached: false, filled: false);
        float[][] cached =
            [Train(kind, SampleOrder.Shuffled, null, cached: true, filled: false), Train(kind, SampleOrder.Shuffled, null, cached: true, filled: true)];
        using ITeacher teacher = Kinds[kind]();

        foreach (float[] weights in cached)
        {
            if (Rounding.IsAlikeAtEveryPlace(teacher, Digits().Inputs, 64))
            {
                weights.Should().Equal(live);
            }

            Close.ShouldBe([.. weights.Select(weight => (double)weight)], [.. live.Select(weight => (double)weight)], 1e-4, "the weights");
        }
    }

    [Fact]
    public void Layer_that_does_not_begin_with_the_samples_is_given_whole()
    {
        using ITeacher teacher = Teacher.From(new SequenceFirst());
        Batch batch = Some.Batch(3).OfFull(8);

        ModelOutput output = FullBatch.Predict(teacher, batch, FeatureSet.Of("turned"));

        output["turned"].shape.Should().Equal(6, 3);
        output.Logits.shape.Should().Equal(3, 6);
    }

    [Fact]
    public void Cache_for_fewer_samples_than_the_data_has_is_refused_before_training()
    {
        var inner = new CountingTeacher();
        using var teacher = new ScaledTeacher(new CachedTeacher(inner, 19), 2);
        using Sequential student = Some.Mlp();

        Action fit = () => new DistillationTrainer(teacher, Student.From(student), new LogitMseLoss()).Fit(Some.Data(20));

        fit.Should().Throw<ArgumentException>().WithMessage("*for 19 samples, but the data has 20*");
        inner.Samples.Should().Be(0);
    }

    [Fact]
    public void Teacher_runs_once_for_each_sample()
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
    public void Batch_of_known_and_unknown_samples_is_right()
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
    public void Layer_that_is_not_kept_is_refused_before_training()
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
        using var originals = new LabeledSamples(Some.Images());
        IDataSource views = originals.Generate(new RandomTranslation(), 60, seed: 1);
        using var teacher = new CachedTeacher(inner, 60);
        using Sequential student = torch.nn.Sequential(("flat", torch.nn.Flatten()), ("out", torch.nn.Linear(64, 3, dtype: torch.ScalarType.Float64)));

        new DistillationTrainer(teacher, Student.From(student), new LogitMseLoss(), new TrainerOptions { Epochs = 3, BatchSize = 20 }).Fit(views);

        inner.Samples.Should().Be(60);
    }

    [Fact]
    public void Number_beyond_the_store_is_refused()
    {
        using var teacher = new CachedTeacher(new CountingTeacher(), 10);
        Batch batch = Some.Data(20).Read(torch.tensor([3L, 10]));

        Action ask = () => teacher.Predict(batch, FeatureSet.None);

        ask.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*for 10 samples, numbers 0 to 9, but number 10 is required*");
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

    // Three batches of 64 and one of 2, a size for which kernels differ on most processors.
    private static TensorData Digits() => Some.Data(194, 784, 10);

    private static float[] Train(string kind, SampleOrder order, int? pieces, bool cached, bool filled)
    {
        using Sequential student = Some.Mlp(784, 64, 10, seed: 8);
        TensorData data = Digits();
        using ITeacher live = Kinds[kind]();
        using var teacher = new CachedTeacher(live, data.Count);
        if (filled)
        {
            teacher.Fill(data, pieces ?? 64);
        }

        var loss = (0.9 * new SoftTargetLoss(4)) + (0.1 * new HardLabelLoss());
        var options =
            new TrainerOptions { Epochs = 3, BatchSize = 64, MicroBatchSize = pieces, Order = order, Optimizer = new SgdOptimizer(0.1) { Momentum = 0.9 } };
        new DistillationTrainer(cached ? teacher : live, Student.From(student), loss, options).Fit(data);
        return [.. student.parameters().SelectMany(parameter => parameter.data<float>().ToArray())];
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

    private sealed class Wrapper(ITeacher inner, Action<Batch> see) : DelegatingTeacher(inner)
    {
        public override ModelOutput Predict(Batch batch, FeatureSet features)
        {
            see(batch);
            return base.Predict(batch, features);
        }
    }

    private sealed class Turned() : torch.nn.Module<Tensor, Tensor>(nameof(Turned))
    {
        public override Tensor forward(Tensor input) => input.t();
    }

    private sealed class SequenceFirst : torch.nn.Module<Tensor, Tensor>
    {
        private readonly Turned turned = new();

        public SequenceFirst()
            : base(nameof(SequenceFirst)) => RegisterComponents();

        public override Tensor forward(Tensor input) => turned.call(input).t();
    }
}
