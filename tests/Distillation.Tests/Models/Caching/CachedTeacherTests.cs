using Distillation.Caching;
using Distillation.Losses;
using Distillation.Models;
using Distillation.SmallData;
using TorchSharp.Modules;

#pragma warning disable IDE1006 // TorchSharp registers layers under the names of their fields.
namespace Distillation.Tests.Caching;

public sealed class CachedTeacherTests : IDisposable
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
    public void Fill_asks_a_network_about_full_batches_alone()
    {
        var sizes = new List<long>();
        using var network = new Watching(Some.Mlp(), sizes);
        using var teacher = new CachedTeacher(Teacher.From(network), 20);

        teacher.Fill(Some.Data(20), 8);

        sizes.Should().Equal(8, 8, 8);
    }

    [Fact]
    public void Fill_asks_the_code_of_others_about_each_sample_once()
    {
        var asked = new List<long>();
        using var teacher = new CachedTeacher(new Wrapper(Teacher.From(Some.Mlp()), batch => asked.AddRange(batch.Indices.data<long>())), 20);

        teacher.Fill(Some.Data(20), 8);

        asked.Should().Equal(Enumerable.Range(0, 20).Select(sample => (long)sample));
    }

    [Fact]
    public void A_layer_that_does_not_begin_with_the_samples_is_given_whole()
    {
        using ITeacher teacher = Teacher.From(new SequenceFirst());
        Batch batch = Some.Batch(3).OfFull(8);

        ModelOutput output = FullBatch.Predict(teacher, batch, FeatureSet.Of("turned"));

        output["turned"].shape.Should().Equal(6, 3);
        output.Logits.shape.Should().Equal(3, 6);
    }

    [Theory]
    [InlineData(true, 8)]
    [InlineData(false, 3)]
    public void A_batch_of_ones_own_is_filled_up_where_it_can_be_made_anew(bool creates, long expected)
    {
        var sizes = new List<long>();
        using var network = new Watching(Some.Mlp(), sizes);
        using ITeacher teacher = Teacher.From(network, (Pairs batch) => network.call(batch.Inputs.add(batch.Second)));
        Batch plain = Some.Batch(3);
        Batch batch = (creates ? new CreatedPairs(plain) : new Pairs(plain)).OfFull(8);

        ModelOutput output = FullBatch.Predict(teacher, batch, FeatureSet.None);

        sizes.Should().Equal(expected);
        Close.ShouldBe(Close.Numbers(output.Logits), Close.Numbers(network.call(plain.Inputs.add(plain.Inputs))), 1e-5);
    }

    [Theory]
    [InlineData(true, true, 8)]
    [InlineData(true, false, 3)]
    [InlineData(false, true, 3)]
    public void Teacher_of_ones_own_predicts_a_full_batch_when_all_parts_accept_repeated_samples(bool inner, bool outer, long expected)
    {
        var sizes = new List<long>();
        using ITeacher teacher = new RepeatingWrapper(new RepeatingTeacher(inner, sizes), outer);

        ModelOutput output = FullBatch.Predict(teacher, Some.Batch(3).OfFull(8), FeatureSet.None);

        sizes.Should().Equal(expected);
        output.Logits.shape.Should().Equal(3, 6);
    }

    [Fact]
    public void Samples_that_a_teacher_fails_on_are_named_and_all_others_are_kept()
    {
        var inner = new FailingTeacher(5, 13);
        using var teacher = new CachedTeacher(inner, 20);
        Action fill = () => teacher.Fill(Some.Data(20), 8);

        fill.Should().Throw<AggregateException>().WithMessage("The teacher failed on 2 of 20 samples: 5, 13. The outputs of the others are kept*");
        teacher.Filled.Should().Be(18);
        Close.Numbers(teacher.Predict(Some.Data(20).Read(torch.tensor([6L])), FeatureSet.None).Logits).Should().Equal(6, -6);

        inner.Mended = true;
        inner.Asked.Clear();
        fill.Should().NotThrow();
        inner.Asked.Should().Equal(5, 13);
    }

    [Fact]
    public void Nothing_more_is_asked_after_a_batch_of_which_all_samples_have_failed()
    {
        var inner = new FailingTeacher(8, 9, 10, 11, 12, 13, 14, 15);
        using var teacher = new CachedTeacher(inner, 20);

        Action fill = () => teacher.Fill(Some.Data(20), 8);

        fill.Should().Throw<PartialOutputException>();
        inner.Asked.Should().HaveCount(16);
        teacher.Filled.Should().Be(8);
    }

    [Fact]
    public void What_a_wrapper_would_have_changed_is_not_kept()
    {
        using var teacher = new CachedTeacher(new ScaledTeacher(new FailingTeacher(5), 2), 20);

        Action fill = () => teacher.Fill(Some.Data(20), 8);

        fill.Should().Throw<PartialOutputException>();
        teacher.Filled.Should().Be(0);
    }

    [Fact]
    public void A_fill_that_is_canceled_within_a_batch_keeps_what_was_answered()
    {
        using var source = new CancellationTokenSource();
        var inner = new FailingTeacher(10) { OnFailure = source.Cancel };
        using var teacher = new CachedTeacher(inner, 20);

        Action fill = () => teacher.Fill(Some.Data(20), 8, cancellationToken: source.Token);

        fill.Should().Throw<OperationCanceledException>();
        teacher.Filled.Should().Be(15);
    }

    [Fact]
    public void A_time_limit_of_the_teacher_is_no_cancellation()
    {
        using var teacher = new CachedTeacher(new Wrapper(new CountingTeacher(), _ => throw new TaskCanceledException("too slow")), 20);

        Action fill = () => teacher.Fill(Some.Data(20), 8);

        fill.Should().Throw<TimeoutException>().WithInnerException<TaskCanceledException>();
    }

    [Fact]
    public void A_cache_for_fewer_samples_than_the_data_has_is_refused_before_training()
    {
        var inner = new CountingTeacher();
        using var teacher = new ScaledTeacher(new CachedTeacher(inner, 19), 2);
        using Sequential student = Some.Mlp();

        Action fit = () => new DistillationTrainer(teacher, Student.From(student), new LogitMseLoss()).Fit(Some.Data(20));

        fit.Should().Throw<ArgumentException>().WithMessage("*for 19 samples, but the data has 20*");
        inner.Samples.Should().Be(0);
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
        using var originals = new LabeledSamples(Some.Images());
        IDataSource views = originals.Generate(new RandomTranslation(), 60, seed: 1);
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

        ask.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*for 10 samples, numbers 0 to 9, but number 10 is required*");
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

    /// <summary>Gives the number of a sample and its opposite, sample after sample, and fails on some.</summary>
    private sealed class FailingTeacher(params long[] failing) : ITeacher
    {
        public List<long> Asked { get; } = [];

        public bool Mended { get; set; }

        public Action? OnFailure { get; init; }

        public ModelOutput Predict(Batch batch, FeatureSet features)
        {
            long[] samples = [.. batch.Indices.data<long>()];
            Asked.AddRange(samples);
            int[] answered = [.. Enumerable.Range(0, samples.Length).Where(row => Mended || !failing.Contains(samples[row]))];
            var output = new ModelOutput(torch.tensor([.. answered.SelectMany(row => (float[])[samples[row], -samples[row]])], [answered.Length, 2]));
            if (answered.Length == samples.Length)
            {
                return output;
            }

            OnFailure?.Invoke();
            throw new PartialOutputException("no answer", this, output, answered);
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

    private sealed class Watching : torch.nn.Module<Tensor, Tensor>
    {
        private readonly Sequential inner;
        private readonly List<long> _sizes;

        public Watching(Sequential inner, List<long> sizes)
            : base(nameof(Watching))
        {
            (this.inner, _sizes) = (inner, sizes);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            _sizes.Add(input.size(0));
            return inner.call(input);
        }
    }

    private class Pairs(Batch batch, Tensor second) : Batch(batch.Inputs, batch.Labels, batch.Indices)
    {
        public Pairs(Batch batch)
            : this(batch, batch.Inputs)
        {
        }

        public Tensor Second => second;
    }

    private sealed class CreatedPairs(Batch batch, Tensor second) : Pairs(batch, second)
    {
        public CreatedPairs(Batch batch)
            : this(batch, batch.Inputs)
        {
        }

        protected override Batch Create(Tensor inputs, Tensor? labels, Tensor indices, Func<Tensor, Tensor> each) =>
            new CreatedPairs(new Batch(inputs, labels, indices), each(Second));
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

    private sealed class RepeatingTeacher(bool accepts, List<long> sizes) : ITeacher
    {
        public bool AcceptsRepeatedSamples => accepts;

        public ModelOutput Predict(Batch batch, FeatureSet features)
        {
            sizes.Add(batch.Count);
            return new(batch.Inputs.clone());
        }
    }

    private sealed class RepeatingWrapper(ITeacher inner, bool accepts) : DelegatingTeacher(inner)
    {
        public override bool AcceptsRepeatedSamples => accepts;
    }
}
