using Distillation.Losses;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Distillation.Onnx.Tests.Docs;

/// <summary>
/// The pieces of C# in the documents that need ONNX Runtime or ML.NET. That each is here, or beside its own package, a test of the library makes sure.
/// </summary>
public sealed class SnippetTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Model_from_a_file_teaches()
    {
        string teacherPath = Models.At("mlp");
        using var train = new TensorData(torch.randn(100, 8));
        using IStudent student = Student.From(torch.nn.Sequential(("in", torch.nn.Linear(8, 4)), ("act", torch.nn.ReLU()), ("out", torch.nn.Linear(4, 3))));
        var options = new TrainerOptions { Epochs = 10, Optimizer = new AdamOptimizer(0.01) };

        using ITeacher teacher = Teacher.FromOnnx(teacherPath);
        var loss = new SoftTargetLoss(temperature: 4) + new HintLoss("act", "hidden", new LinearConnector());
        TrainingResult result = new DistillationTrainer(teacher, student, loss, options).Fit(train);

        result.History[^1].Loss.Should().BeLessThan(result.History[0].Loss);
    }

    [Fact]
    public void Model_with_a_sigmoid_at_its_end_teaches()
    {
        string detectorPath = Models.At("sigmoid");
        using var train = new TensorData(torch.randn(100, 4));
        using IStudent student = Student.From(torch.nn.Sequential(("out", torch.nn.Linear(4, 1))));

        using ITeacher detector = Teacher.FromOnnx(detectorPath, new OnnxTeacherOptions { Meaning = OnnxTeacherOutput.BinaryProbabilities });
        var binary = new BinarySoftTargetLoss(temperature: 2);

        TrainingResult result = new DistillationTrainer(detector, student, binary, new TrainerOptions { Epochs = 5, Optimizer = new AdamOptimizer(0.01) })
            .Fit(train);
        result.History[^1].Loss.Should().BeLessThan(result.History[0].Loss);
    }

    [Fact]
    public void Several_inputs_are_found_in_a_batch()
    {
        string encoderPath = Models.At("transformer");
        var seen = new MaskedBatch(
            Models.Recorded("transformer", "tokens"), null, torch.arange(6, torch.ScalarType.Int64), Models.Recorded("transformer", "mask"));

        var inputs = new OnnxTeacherOptions().WithInputs((MaskedBatch batch) => new() { ["tokens"] = batch.Inputs, ["mask"] = batch.Mask });
        using ITeacher encoder = Teacher.FromOnnx(encoderPath, inputs);

        encoder.Predict(seen, FeatureSet.None).Logits.ShouldBe(Models.Recorded("transformer", "logits"));
    }

    [Fact]
    public void Session_runs_where_it_is_set_to()
    {
        var onGraphics = new OnnxTeacherOptions { Session = session => session.AppendExecutionProvider_CUDA() };

        onGraphics.Session.Should().NotBeNull("whether there is a graphics processor is another matter");
    }

    [Fact]
    public void Model_of_ML_NET_teaches_on_the_data_of_ML_NET()
    {
        const int features = 4;
        var context = new MLContext(seed: 1);
        var random = new Random(1);
        Row[] samples = [.. Enumerable.Range(0, 300).Select(number => Some(random, number % 3))];

        var columns = SchemaDefinition.Create(typeof(Row));
        columns["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, features);
        IDataView loaded = context.Data.LoadFromEnumerable(samples, columns);
        IDataView view = context.Transforms.Conversion.MapValueToKey("Label").Fit(loaded).Transform(loaded);
        ITransformer model = context.MulticlassClassification.Trainers.SdcaMaximumEntropy().Fit(view);

        float[][] rows = [.. view.GetColumn<float[]>("Features")];
        long[] labels = [.. view.GetColumn<uint>("Label").Select(key => key - 1L)];
        using TensorData train = TensorData.FromRows(rows, labels);

        using ITeacher teacher = Teacher.From(inputs =>
        {
            IEnumerable<Row> seen = inputs.contiguous().data<float>().ToArray().Chunk(features).Select(row => new Row { Features = row });
            float[][] scores = [.. model.Transform(context.Data.LoadFromEnumerable(seen, columns)).GetColumn<float[]>("Score")];
            return torch.tensor(scores.SelectMany(row => row).ToArray(), scores.Length, scores[0].Length).clamp_min(1e-6f).log();
        });

        Tensor predicted = teacher.Predict(train.Read(torch.arange(300, torch.ScalarType.Int64)), FeatureSet.None).Logits;

        predicted.exp().sum(1).ShouldBe(torch.ones(300), within: 1e-3);
        predicted.argmax(1).eq(train.Labels!).to(torch.ScalarType.Float64).mean().item<double>().Should().BeGreaterThan(0.9);
    }

    private static Row Some(Random random, int label) =>
        new() { Features = [.. Enumerable.Range(0, 4).Select(axis => (float)random.NextDouble() + (axis == label ? 1 : 0))], Label = (uint)label };

    private sealed class Row
    {
        public float[] Features { get; init; } = [];

        public uint Label { get; init; }
    }
}
