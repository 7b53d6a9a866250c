using Distillation.Data;
using Distillation.SmallData;
using Distillation.Training;

namespace Distillation.Tests.Data;

public sealed class DataSourceExtensionsTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = new(torch.arange(10, torch.ScalarType.Float32).unsqueeze(1), torch.arange(10, torch.ScalarType.Int64) % 2);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Range_takes_the_samples_from_its_start_to_its_end()
    {
        using TensorData data = Some.Data(samples: 6);

        Batch batch = data.Subset(1..4).Read(torch.arange(3, torch.ScalarType.Int64));

        Close.Numbers(batch.Inputs).Should().Equal(Close.Numbers(data.Inputs.narrow(0, 1, 3)));
        data.Subset(^2..).Count.Should().Be(2);
        data.Subset(..).Count.Should().Be(6);
    }

    [Fact]
    public void Range_is_refused_when_it_is_not_within_the_source()
    {
        using TensorData data = Some.Data(samples: 6);
        foreach (Range range in (Range[])[0..7, ^7.., 4..2])
        {
            Action take = () => data.Subset(range);

            take.Should().Throw<ArgumentOutOfRangeException>().WithParameterName("range").WithMessage("*within the 6 samples*");
        }
    }

    [Fact]
    public void Subset_reads_its_samples_under_new_numbers()
    {
        Batch batch = _data.Subset([7, 3, 7]).Read(torch.tensor(new long[] { 2, 1 }));

        Values(batch).Should().Equal(7, 3);
        batch.Indices.data<long>().ToArray().Should().Equal(2, 1);
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(10L)]
    public void Subset_of_a_sample_that_is_not_there_is_refused(long number)
    {
        Action take = () => _data.Subset([number]);

        take.Should().Throw<ArgumentException>().WithMessage($"*?0, 9?*{number}*");
    }

    [Fact]
    public void Shards_hold_every_sample_once()
    {
        IDataSource[] shards = [.. Enumerable.Range(0, 3).Select(rank => _data.Shard(rank, 3))];

        shards.Select(shard => shard.Count).Should().Equal(4, 3, 3);
        shards.SelectMany(shard => Values(shard.Read(torch.arange(shard.Count, torch.ScalarType.Int64)))).Order().Should().Equal(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    [Fact]
    public void Concatenated_data_is_read_in_any_order()
    {
        IDataSource both = _data.Concat(new TensorData(torch.arange(100, 105, torch.ScalarType.Float32).unsqueeze(1), torch.ones(5, torch.ScalarType.Int64)));

        Batch batch = both.Read(torch.tensor(new long[] { 12, 3, 14, 0, 10 }));

        both.Count.Should().Be(15);
        Values(batch).Should().Equal(102, 3, 104, 0, 100);
        batch.Labels!.data<long>().ToArray().Should().Equal(1, 1, 1, 0, 1);
        batch.Indices.data<long>().ToArray().Should().Equal(12, 3, 14, 0, 10);
    }

    [Fact]
    public void Concatenated_data_is_read_from_one_side_alone()
    {
        IDataSource both = _data.Concat(_data);

        Values(both.Read(torch.tensor(new long[] { 2, 1 }))).Should().Equal(2, 1);
        Values(both.Read(torch.tensor(new long[] { 12, 11 }))).Should().Equal(2, 1);
    }

    [Fact]
    public void Class_ids_beside_probabilities_become_probabilities()
    {
        IDataSource both = _data.Concat(new TensorData(torch.zeros(1, 1), torch.tensor(new[,] { { 0.25f, 0.75f } })));

        Batch batch = both.Read(torch.tensor(new long[] { 10, 1 }));

        batch.Labels!.data<float>().ToArray().Should().Equal(0.25f, 0.75f, 0, 1);
    }

    public static TheoryData<bool, string> Forms =>
        new() { { true, "whole" }, { true, "saved" }, { true, "batches" }, { false, "whole" }, { false, "saved" }, { false, "batches" } };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Labels_have_one_form_whichever_source_a_batch_reads(bool idsFirst, string way)
    {
        var ids = new TensorData(torch.zeros(3, 1), torch.tensor(new long[] { 1, 0, 1 }));
        var probabilities = new TensorData(torch.ones(2, 1), torch.tensor(new[,] { { 0.25f, 0.75f }, { 0.5f, 0.5f } }));
        IDataSource both = idsFirst ? ids.Concat(probabilities).Concat(ids) : probabilities.Concat(ids).Concat(ids);
        float[] ofIds = [0, 1, 1, 0, 0, 1];
        float[] ofProbabilities = [0.25f, 0.75f, 0.5f, 0.5f];

        Tensor labels = way switch
        {
            "whole" => both.InMemory(batchSize: 2).Labels!,
            "saved" => Saved(both),
            _ => torch.cat([.. Enumerable.Range(0, 8).Select(sample => both.Read(torch.tensor([(long)sample])).Labels!)]),
        };

        labels.shape.Should().Equal(8, 2);
        labels.data<float>().ToArray().Should().Equal(idsFirst ? [.. ofIds, .. ofProbabilities, .. ofIds] : [.. ofProbabilities, .. ofIds, .. ofIds]);
    }

    [Fact]
    public void Old_and_new_samples_train_and_validate_together_whatever_their_labels_are()
    {
        var originals = new TensorData(Some.Inputs(20), Some.Labels(20));
        var pool = new TensorData(Some.Inputs(60, seed: 9), torch.nn.functional.softmax(Some.Inputs(60, 3, seed: 8), 1));
        IDataSource together = originals.TogetherWith(pool);
        using TorchSharp.Modules.Sequential student = Some.Mlp();

        var options = new TrainerOptions { Epochs = 2, BatchSize = 7, Task = EvaluationTask.Classification };

        TrainingResult result = new SupervisedTrainer(Student.From(student), options: options).Fit(together, together);

        result.History[^1].Validation!.Samples.Should().Be((int)together.Count);
    }

    [Theory]
    [InlineData(2, "*[0, 1]*sample 1 has 2*")]
    [InlineData(-100, "*[0, 1]*sample 1 has -100*")]
    public void Class_id_that_has_no_probability_is_named(long id, string message)
    {
        IDataSource both = new TensorData(torch.zeros(2, 1), torch.tensor([0L, id]))
            .Concat(new TensorData(torch.zeros(1, 1), torch.tensor(new[,] { { 0.25f, 0.75f } })));

        Action read = () => both.Read(torch.tensor([0L, 1]));

        read.Should().Throw<InvalidOperationException>().WithMessage(message);
    }

    [Fact]
    public void Integers_of_two_widths_become_those_of_the_wider()
    {
        IDataSource both = new TensorData(torch.zeros(1, 1), torch.ones(1, torch.ScalarType.Int32)).Concat(_data);

        both.Read(torch.tensor([0L])).Labels!.dtype.Should().Be(torch.ScalarType.Int64);
        both.Read(torch.tensor([3L])).Labels!.dtype.Should().Be(torch.ScalarType.Int64);
    }

    public static TheoryData<string> Unfitting =>
        ["targets beside ids", "probabilities of other classes", "inputs of another shape", "inputs of another type", "masked batches"];

    [Theory]
    [MemberData(nameof(Unfitting))]
    public void Sources_that_do_not_fit_are_refused_at_the_first_reading_from_either(string what)
    {
        TensorData ids = new(torch.zeros(2, 1), torch.zeros(2, torch.ScalarType.Int64));
        TensorData probabilities = new(torch.zeros(2, 1), torch.zeros(2, 3));
        IDataSource both = what switch
        {
            "targets beside ids" => ids.Concat(new TensorData(torch.zeros(2, 1), torch.zeros(2))),
            "probabilities of other classes" => probabilities.Concat(new TensorData(torch.zeros(2, 1), torch.zeros(2, 4))),
            "inputs of another shape" => ids.Concat(new TensorData(torch.zeros(2, 2), ids.Labels)),
            "inputs of another type" => ids.Concat(new TensorData(torch.zeros(2, 1, torch.ScalarType.Float64), ids.Labels)),
            _ => new Masked().Concat(new Masked()),
        };

        foreach (long sample in (long[])[0, 3])
        {
            Action read = () => both.Read(torch.tensor([sample]));
            read.Should().Throw<Exception>().Which.Should().Match(thrown => thrown is InvalidOperationException || thrown is NotSupportedException);
        }
    }

    [Fact]
    public void Labels_beside_none_are_refused()
    {
        IDataSource both = _data.Concat(new TensorData(torch.zeros(1, 1)));

        Action read = () => both.Read(torch.tensor(new long[] { 10, 1 }));

        read.Should().Throw<InvalidOperationException>().WithMessage("*both have labels or neither*");
    }

    [Fact]
    public void Stratified_parts_have_both_classes()
    {
        (IDataSource train, IDataSource heldOut) = _data.SplitStratified(0.6, seed: 4);

        (train.Count, heldOut.Count).Should().Be((6, 4));
        train.Read(torch.arange(6, torch.ScalarType.Int64)).Labels!.sum().item<long>().Should().Be(3);
    }

    [Fact]
    public void Folds_of_data_without_class_ids_are_refused()
    {
        Action cut = () => new TensorData(torch.zeros(4, 1), torch.zeros(4, 2)).SplitInFolds(2);

        cut.Should().Throw<ArgumentException>().WithMessage("*Class ids*Float32*");
    }

    [Fact]
    public void Normalized_data_has_mean_0_and_deviation_1()
    {
        Tensor inputs = (torch.randn(50, 3, 4, 4) * 5) + 2;

        Tensor normalized = new TensorData(inputs).Normalized(Normalization.Fit(inputs)).Read(torch.arange(50, torch.ScalarType.Int64)).Inputs;

        normalized.mean([0, 2, 3]).abs().max().item<float>().Should().BeLessThan(1e-5f);
        normalized.square().mean([0, 2, 3]).sub(1).abs().max().item<float>().Should().BeLessThan(1e-5f);
    }

    [Fact]
    public void Normalization_follows_the_definition()
    {
        double[] column = [1, 2, 4];
        double mean = column.Average();

        Normalization normalization = Normalization.Fit(torch.tensor(new[,] { { 1.0, 5 }, { 2, 5 }, { 4, 5 } }));

        normalization.Mean.Should().Equal([mean, 5], (one, other) => Math.Abs(one - other) < 1e-12);
        normalization.StandardDeviation.Should().Equal(
            [Math.Sqrt(column.Average(value => (value - mean) * (value - mean))), 1], (one, other) => Math.Abs(one - other) < 1e-12);
    }

    [Fact]
    public void Normalization_of_missing_values_is_refused()
    {
        Action fit = () => Normalization.Fit(torch.tensor(new[,] { { 1f, float.NaN } }));

        fit.Should().Throw<ArgumentException>().WithMessage("*finite*");
    }

    [Fact]
    public void No_tensor_is_left_by_reading()
    {
        IDataSource view = _data.Concat(_data).Subset([3, 12, 5]).Normalized(new Normalization([1], [2]));

        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            view.Read(torch.arange(3, torch.ScalarType.Int64));
        });
    }

    private static Tensor Saved(IDataSource source)
    {
        string path = Path.GetTempFileName();
        try
        {
            source.Save(path);
            using TensorFile file = TensorFile.Open(path);
            return file.Read(torch.arange(source.Count, torch.ScalarType.Int64)).Labels!;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static float[] Values(Batch batch) => batch.Inputs.data<float>().ToArray();

    private sealed class Masked : IDataSource
    {
        public long Count => 2;

        public Batch Read(Tensor indices) => new MaskedBatch(torch.zeros(indices.size(0), 3), null, indices, torch.ones(indices.size(0), 3));
    }
}
