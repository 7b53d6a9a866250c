using Distillation.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Distillation.Text.Tests.Encoders;

public sealed class TransformerExportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private string Path => System.IO.Path.Combine(_folder, "model.onnx");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(TokenPooling.Mean, 1)]
    [InlineData(TokenPooling.Mean, 5)]
    [InlineData(TokenPooling.Mean, 24)]
    [InlineData(TokenPooling.FirstToken, 5)]
    [InlineData(TokenPooling.FirstToken, 24)]
    public void File_computes_the_logits_of_texts_of_any_length_with_padding(TokenPooling pooling, int longest)
    {
        using var scope = torch.NewDisposeScope();
        TransformerTextClassifier classifier = Write(pooling);
        Tensor ids = SmallEncoder.Ids(longest, 1, Math.Max(1, longest / 2));

        Tensor logits = Run(ids);

        Tensor expected = classifier.call(ids);
        double largest = expected.abs().max().item<float>();
        SmallEncoder.LargestDifference(logits, expected).Should().BeLessThan(1e-4 * largest);
    }

    [Fact]
    public void File_gives_the_same_logits_with_more_padding()
    {
        using var scope = torch.NewDisposeScope();
        Write(TokenPooling.Mean);
        int[] lengths = [6, 2];

        SmallEncoder.LargestDifference(Run(SmallEncoder.Ids(20, lengths)), Run(SmallEncoder.Ids(lengths))).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void File_has_one_input_of_free_sizes_and_keeps_the_names_of_weights()
    {
        using var scope = torch.NewDisposeScope();
        Write(TokenPooling.Mean);

        using var session = new InferenceSession(Path);

        session.InputMetadata.Should().ContainSingle().Which.Value.SymbolicDimensions.Should().Equal("batch", "tokens");
        System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(Path)).Should().Contain("encoder.layers.2.attention.query.weight")
            .And.Contain("encoder.embeddings.words.weight");
    }

    [Fact]
    public void File_refuses_a_text_with_more_tokens_than_there_are_positions()
    {
        using var scope = torch.NewDisposeScope();
        Write(TokenPooling.Mean);

        FluentActions.Invoking(() => Run(torch.full([1, 25], 5, torch.ScalarType.Int64))).Should().Throw<OnnxRuntimeException>();
    }

    private TransformerTextClassifier Write(TokenPooling pooling)
    {
        var classifier = new TransformerTextClassifier(SmallEncoder.Create(SmallEncoder.Options with { Pooling = pooling }), 4);
        classifier.eval();
        OnnxExport.Write(classifier, Path, [8], new OnnxExportOptions { Indices = SmallEncoder.Options.VocabularySize, SequenceName = "tokens" });
        return classifier;
    }

    private Tensor Run(Tensor ids)
    {
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        using var session = new InferenceSession(Path, options);
        using var input = OrtValue.CreateTensorValueFromMemory(ids.data<long>().ToArray(), ids.shape);
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, ["input"], [input], ["output"]);
        return torch.tensor(outputs[0].GetTensorDataAsSpan<float>().ToArray(), outputs[0].GetTensorTypeAndShape().Shape);
    }
}
