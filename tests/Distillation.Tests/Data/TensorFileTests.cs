using Distillation.Data;
using Distillation.Losses;
using Distillation.Serialization;
using Distillation.SmallData;
using Distillation.Training;

namespace Distillation.Tests.Data;

public sealed class TensorFileTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string Path => System.IO.Path.Combine(_folder.FullName, "data");

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Batches_are_those_of_the_tensors()
    {
        TensorData data = Some.Data();
        data.Save(Path);
        using TensorFile file = TensorFile.Open(Path);
        Tensor indices = torch.tensor(new long[] { 19, 3, 3, 4, 0 });

        Batch batch = file.Read(indices);

        file.Count.Should().Be(20);
        batch.Inputs.dtype.Should().Be(torch.ScalarType.Float32);
        batch.Inputs.shape.Should().Equal(5, 6);
        batch.Inputs.bytes.SequenceEqual(data.Read(indices).Inputs.bytes).Should().BeTrue();
        batch.Labels!.data<long>().ToArray().Should().Equal(data.Read(indices).Labels!.data<long>().ToArray());
        batch.Indices.Should().BeSameAs(indices);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Network_learns_from_it_as_from_tensors_bit_for_bit(int prefetch)
    {
        TensorData data = Some.Data(samples: 60);
        data.Save(Path);
        using TensorFile file = TensorFile.Open(Path);

        double[] Train(IDataSource source)
        {
            using IStudent student = Student.From(Some.Mlp());
            new SupervisedTrainer(student, new HardLabelLoss(), new TrainerOptions { Epochs = 3, BatchSize = 16, Prefetch = prefetch }).Fit(source);
            return Some.Weights(student.Module);
        }

        Train(file).Should().Equal(Train(data));
    }

    [Fact]
    public void Samples_of_any_source_are_saved_in_order()
    {
        TensorData data = Some.Data(samples: 600, features: 2);
        IDataSource view = data.Subset(Enumerable.Range(0, 599).Select(i => 599L - i));

        view.Save(Path);

        using TensorFile file = TensorFile.Open(Path);
        Tensor all = torch.arange(599, torch.ScalarType.Int64);
        file.Count.Should().Be(599);
        Close.Numbers(file.Read(all).Inputs).Should().Equal(Close.Numbers(view.Read(all).Inputs));
        Close.Numbers(file.Read(all).Labels!).Should().Equal(Close.Numbers(view.Read(all).Labels!));
    }

    [Fact]
    public void Labels_of_narrow_integers_become_int64_and_inputs_stay_as_they_are()
    {
        Write(("inputs", torch.ones([3, 2, 2], torch.ScalarType.Byte)), ("labels", torch.tensor(new byte[] { 2, 0, 255 })));
        using TensorFile file = TensorFile.Open(Path);

        Batch batch = file.Read(torch.tensor(new long[] { 2, 0 }));

        batch.Inputs.dtype.Should().Be(torch.ScalarType.Byte);
        batch.Inputs.shape.Should().Equal(2, 2, 2);
        batch.Labels!.dtype.Should().Be(torch.ScalarType.Int64);
        batch.Labels.data<long>().ToArray().Should().Equal(255, 2);
    }

    [Fact]
    public void Probabilities_stay_as_they_are()
    {
        Tensor probabilities = torch.tensor(new[,] { { 0.25, 0.75 }, { 1.0, 0.0 } });
        new TensorData(torch.ones(2, 3), probabilities).Save(Path);
        using TensorFile file = TensorFile.Open(Path);

        Tensor labels = file.Read(torch.tensor(new long[] { 0, 1 })).Labels!;

        labels.dtype.Should().Be(torch.ScalarType.Float64);
        Close.Numbers(labels).Should().Equal(0.25, 0.75, 1, 0);
    }

    [Fact]
    public void Samples_without_labels_have_none()
    {
        new TensorData(torch.ones(2, 3)).Save(Path);
        using TensorFile file = TensorFile.Open(Path);

        file.Read(torch.tensor(new long[] { 1 })).Labels.Should().BeNull();
    }

    [Fact]
    public void Tensors_of_other_names_are_read()
    {
        Write(("x", torch.ones(2, 3)), ("y", torch.tensor(new long[] { 4, 5 })), ("labels", torch.zeros(7)));
        using TensorFile file = TensorFile.Open(Path, inputs: "x", labels: "y");

        file.Read(torch.tensor(new long[] { 1 })).Labels!.data<long>().ToArray().Should().Equal(5);
    }

    [Fact]
    public void File_of_samples_is_opened()
    {
        TensorData data = Some.Data();
        SampleFile.Save(data, Path);
        using TensorFile file = TensorFile.Open(Path);
        Tensor all = torch.arange(20, torch.ScalarType.Int64);

        Close.Numbers(file.Read(all).Inputs).Should().Equal(Close.Numbers(data.Inputs));
    }

    [Fact]
    public void Files_that_hold_no_samples_are_refused_with_what_they_hold()
    {
        Write(("x", torch.ones(2, 3)));
        Refused().Should().Contain("must have 'inputs' as [N, ...]").And.Contain("it has x");
        Refused(inputs: "x", labels: "y").Should().Contain("must have 'y' as [N, ...]");

        Write(("inputs", torch.ones(2, 3)), ("labels", torch.ones(3)));
        Refused().Should().Contain("has 'inputs' [2, 3] F32 and 'labels' [3] F32");

        Write(("inputs", torch.ones(0, 3)));
        Refused().Should().Contain("at least one sample").And.Contain("[0, 3]");

        Write(("inputs", torch.tensor(1f)));
        Refused().Should().Contain("but has [] F32");

        File.WriteAllBytes(Path, Serialization.Bytes.File("""{"inputs":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]}}""", 1, 2));
        Refused().Should().Contain("but has [2] F8_E4M3");
        File.Open(Path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(20L)]
    public void Number_that_is_not_there_is_refused(long number)
    {
        Some.Data().Save(Path);
        using TensorFile file = TensorFile.Open(Path);

        Action read = () => file.Read(torch.tensor(new[] { number }));

        read.Should().Throw<ArgumentException>().WithMessage($"*?0, 19?*{number}*");
    }

    [Fact]
    public void Closed_file_is_refused()
    {
        Some.Data().Save(Path);
        TensorFile file = TensorFile.Open(Path);
        file.Dispose();

        FluentActions.Invoking(() => file.Read(torch.tensor(new long[] { 0 }))).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Batches_that_carry_more_are_not_saved()
    {
        Action save = () => new Odd((indices, _) => new MaskedBatch(torch.ones(indices.size(0), 2), null, indices, torch.ones(indices.size(0), 2))).Save(Path);

        save.Should().Throw<NotSupportedException>().WithMessage("*MaskedBatch*");
        _folder.GetFiles().Should().BeEmpty();
    }

    [Fact]
    public void Samples_that_differ_are_not_saved_and_leave_nothing()
    {
        Action save = () => new Odd((indices, start) => new Batch(torch.ones(indices.size(0), start < 256 ? 2 : 3), null, indices)).Save(Path);

        save.Should().Throw<InvalidOperationException>().WithMessage("*the first has inputs ?N, 2? Float32, but from 256 on they have inputs ?N, 3? Float32.");
        _folder.GetFiles().Should().BeEmpty();
    }

    [Fact]
    public void No_tensor_is_left_by_saving_reading_or_a_refusal()
    {
        TensorData data = Some.Data(samples: 300);

        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            data.Save(Path);
            using TensorFile file = TensorFile.Open(Path);
            file.Read(torch.tensor(new long[] { 3, 1 }));
            FluentActions.Invoking(() => file.Read(torch.tensor(new long[] { 300 }))).Should().Throw<ArgumentException>();
        });
    }

    private void Write(params (string Name, Tensor Tensor)[] tensors) => Safetensors.Write(Path, tensors.ToDictionary());

    private string Refused(string inputs = "inputs", string? labels = null)
    {
        Action open = () => TensorFile.Open(Path, inputs, labels).Dispose();
        return open.Should().Throw<InvalidDataException>().Which.Message;
    }

    private sealed class Odd(Func<Tensor, long, Batch> read) : IDataSource
    {
        public long Count => 300;

        public Batch Read(Tensor indices) => read(indices, indices.data<long>()[0]);
    }
}
