using Distillation.Caching;
using Distillation.Models;

namespace Distillation.Tests.Caching;

public sealed partial class CachedTeacherTests
{
    [Fact]
    public void Fill_runs_a_network_on_full_batches_alone()
    {
        var sizes = new List<long>();
        using var network = new Watching(Some.Mlp(), sizes);
        using var teacher = new CachedTeacher(Teacher.From(network), 20);

        teacher.Fill(Some.Data(20), 8);

        sizes.Should().Equal(8, 8, 8);
    }

    [Fact]
    public void Fill_runs_the_code_of_others_once_for_each_sample()
    {
        var asked = new List<long>();
        using var teacher = new CachedTeacher(new Wrapper(Teacher.From(Some.Mlp()), batch => asked.AddRange(batch.Indices.data<long>())), 20);

        teacher.Fill(Some.Data(20), 8);

        asked.Should().Equal(Enumerable.Range(0, 20).Select(sample => (long)sample));
    }

    [Theory]
    [InlineData(true, 8)]
    [InlineData(false, 3)]
    public void Batch_of_ones_own_is_filled_up_where_it_can_be_made_anew(bool creates, long expected)
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
    public void Nothing_more_runs_after_a_batch_of_which_all_samples_have_failed()
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
    public void Fill_that_is_canceled_within_a_batch_keeps_what_was_answered()
    {
        using var source = new CancellationTokenSource();
        var inner = new FailingTeacher(10) { OnFailure = source.Cancel };
        using var teacher = new CachedTeacher(inner, 20);

        Action fill = () => teacher.Fill(Some.Data(20), 8, cancellationToken: source.Token);

        fill.Should().Throw<OperationCanceledException>();
        teacher.Filled.Should().Be(15);
    }

    [Fact]
    public void Time_limit_of_the_teacher_is_no_cancellation()
    {
        using var teacher = new CachedTeacher(new Wrapper(new CountingTeacher(), _ => throw new TaskCanceledException("too slow")), 20);

        Action fill = () => teacher.Fill(Some.Data(20), 8);

        fill.Should().Throw<TimeoutException>().WithInnerException<TaskCanceledException>();
    }

    [Fact]
    public void Fill_that_is_stopped_goes_on_where_it_was()
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

    private sealed class Told(Action<double> tell) : IProgress<double>
    {
        public void Report(double value) => tell(value);
    }
}
