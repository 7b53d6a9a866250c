using Distillation.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Distillation.Text.Tests.Pretrained;

public sealed class MiniLmTests(MiniLmFiles files) : IClassFixture<MiniLmFiles>
{
    [Fact]
    public void Loaded_encoder_has_the_hidden_states_of_the_original_for_texts_of_all_lengths()
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        using TransformerTextEncoder encoder = BertCheckpoint.Load(files.Weights).Encoder;
        using var session = new InferenceSession(files.Onnx);
        double largest = 0;

        foreach (string[] texts in files.Texts(128).Chunk(32))
        {
            Tensor ids = files.Ids(texts);
            Tensor mask = ids != 0;
            Tensor expected = StatesOf(session, ids, mask);

            Tensor difference = (encoder.HiddenStates(ids) - expected).abs() * mask.unsqueeze(2);

            mask.all().item<bool>().Should().BeFalse("the batch must have padding");
            largest = Math.Max(largest, difference.max().item<float>());
        }

        largest.Should().BeInRange(1e-9, 1e-4);
    }

    [Fact]
    public void Pooled_states_are_the_means_of_the_original()
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        using TransformerTextEncoder encoder = BertCheckpoint.Load(files.Weights).Encoder;
        using var session = new InferenceSession(files.Onnx);
        Tensor ids = files.Ids([.. files.Texts(100)]);
        Tensor mask = ids != 0;

        Tensor vectors = encoder.call(ids);

        Tensor counted = mask.unsqueeze(2).to(torch.ScalarType.Float32);
        Tensor expected = (StatesOf(session, ids, mask) * counted).sum(dim: 1) / counted.sum(dim: 1);
        (vectors - expected).abs().max().item<float>().Should().BeLessThan(1e-4f);
    }

    [Fact]
    public void What_the_encoder_does_not_have_is_passed_over_and_reported()
    {
        PretrainedEncoder pretrained = BertCheckpoint.Load(files.Weights);
        using TransformerTextEncoder encoder = pretrained.Encoder;

        pretrained.PassedOver.Should().BeEquivalentTo("pooler.dense.weight", "pooler.dense.bias");
        pretrained.Prefix.Should().BeEmpty();
        pretrained.Describe().Should().Contain("6 of width 384, with 12 heads; 30522 token ids").And.Contain("22.57 million").And.Contain("pooler.dense.bias");
        encoder.training.Should().BeFalse();
    }

    [Fact]
    public void Embedder_gives_the_vectors_of_the_encoder_for_texts_in_any_order()
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        using TransformerTextEncoder encoder = BertCheckpoint.Load(files.Weights).Encoder;
        using OnnxTextEmbedder embedder = OnnxTextEmbedder.Load(files.Onnx, files.Tokenizer, new OnnxTextEmbedderOptions { Normalize = false, BatchSize = 16 });
        IReadOnlyList<string> texts = files.Texts(100);

        Tensor vectors = embedder.EmbedTensor(texts);

        (vectors - encoder.call(files.Ids(texts))).abs().max().item<float>().Should().BeLessThan(1e-4f);
    }

    [Fact]
    public void Embedder_takes_the_first_token_where_it_is_set()
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        TransformerEncoderOptions options = BertCheckpoint.ReadOptions(Path.Combine(Path.GetDirectoryName(files.Weights)!, "config.json"));
        using TransformerTextEncoder encoder = BertCheckpoint.Load(files.Weights, options with { Pooling = TokenPooling.FirstToken }).Encoder;
        using OnnxTextEmbedder embedder = OnnxTextEmbedder.Load(
            files.Onnx, files.Tokenizer, new OnnxTextEmbedderOptions { Normalize = false, Pooling = TokenPooling.FirstToken });
        IReadOnlyList<string> texts = files.Texts(10);

        Tensor vectors = embedder.EmbedTensor(texts);

        (vectors - encoder.call(files.Ids(texts))).abs().max().item<float>().Should().BeLessThan(1e-4f);
    }

    [Fact]
    public void Embedder_runs_the_file_of_a_student_of_three_layers()
    {
        using var scope = torch.NewDisposeScope();
        using TransformerTextEncoder whole = BertCheckpoint.Load(files.Weights).Encoder;
        using TransformerTextEncoder student = whole.TakeEveryLayer(2);
        string path = Path.Combine(Path.GetDirectoryName(files.Weights)!, "student.onnx");
        var options = new OnnxExportOptions
        {
            InputName = "input_ids",
            OutputName = "sentence_embedding",
            Indices = student.Options.VocabularySize,
            SequenceName = "tokens",
        };
        OnnxExport.Write(student, path, [32], options);
        IReadOnlyList<string> texts = files.Texts(40);

        using OnnxTextEmbedder embedder = OnnxTextEmbedder.Load(path, files.Tokenizer, new OnnxTextEmbedderOptions { Normalize = false });

        using var noGradient = torch.no_grad();
        (embedder.EmbedTensor(texts) - student.call(files.Ids(texts))).abs().max().item<float>().Should().BeLessThan(1e-4f);
    }

    [Fact]
    public void Vectors_have_length_one_and_texts_of_one_meaning_are_closer()
    {
        using OnnxTextEmbedder embedder = OnnxTextEmbedder.Load(files.Onnx, files.Tokenizer);

        float[][] vectors = embedder.Embed(["How do I reset my password?", "The cat sleeps on the sofa.", "I forgot my login and need a new one.", ""]);

        vectors.Should().OnlyContain(vector => vector.Length == 384 && Math.Abs(Cosine(vector, vector) - 1) < 1e-5);
        Cosine(vectors[0], vectors[2]).Should().BeGreaterThan(Cosine(vectors[0], vectors[1]) + 0.2);
    }

    [Fact]
    public void Text_beyond_the_most_tokens_is_left_out()
    {
        using OnnxTextEmbedder embedder = OnnxTextEmbedder.Load(files.Onnx, files.Tokenizer, new OnnxTextEmbedderOptions { MaxTokens = 6 });

        float[][] vectors = embedder.Embed(["one two three four", "one two three four five six", "one two three"]);

        vectors[1].Should().Equal(vectors[0]);
        vectors[2].Should().NotEqual(vectors[0]);
    }

    [Fact]
    public void Vectors_are_the_outputs_of_a_teacher()
    {
        using var scope = torch.NewDisposeScope();
        using OnnxTextEmbedder embedder = OnnxTextEmbedder.Load(files.Onnx, files.Tokenizer);
        using ITeacher teacher = Teacher.From((TextBatch batch) => embedder.EmbedTensor(batch.Texts));
        string[] texts = ["a short text", "another text"];
        Tensor ids = files.Ids(texts);
        Tensor numbers = torch.arange(2, torch.ScalarType.Int64);

        ModelOutput output = teacher.Predict(new TextBatch(ids, null, numbers, ids != 0, numbers, texts), FeatureSet.None);

        output.Logits.shape.Should().Equal(2, 384);
        output.Logits[1].data<float>().ToArray().Should().Equal(embedder.Embed(texts)[1]);
    }

    [Fact]
    public void No_text_gives_no_vector_and_a_null_text_is_refused()
    {
        using OnnxTextEmbedder embedder = OnnxTextEmbedder.Load(files.Onnx, files.Tokenizer);

        embedder.Embed([]).Should().BeEmpty();
        FluentActions.Invoking(() => embedder.EmbedTensor([])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => embedder.Embed(["a", null!])).Should().Throw<ArgumentException>().WithMessage("*text 1 is null*");
        FluentActions.Invoking(() => embedder.Embed(["a"], new CancellationToken(canceled: true))).Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Output_that_the_model_does_not_have_and_files_that_are_no_model_are_refused()
    {
        FluentActions.Invoking(() => OnnxTextEmbedder.Load(files.Onnx, files.Tokenizer, new OnnxTextEmbedderOptions { Output = "logits" }))
            .Should().Throw<ArgumentException>().WithMessage("*'logits'*last_hidden_state*");
        FluentActions.Invoking(() => OnnxTextEmbedder.Load(files.Vocabulary, files.Tokenizer))
            .Should().Throw<InvalidDataException>().WithMessage("*vocab.txt*");
        FluentActions.Invoking(() => OnnxTextEmbedder.Load(files.Onnx + "x", files.Tokenizer)).Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public void Disposed_embedder_is_refused()
    {
        OnnxTextEmbedder embedder = OnnxTextEmbedder.Load(files.Onnx, files.Tokenizer);
        embedder.Dispose();
        embedder.Dispose();

        FluentActions.Invoking(() => embedder.Embed(["a text"])).Should().Throw<ObjectDisposedException>();
    }

    private static double Cosine(float[] one, float[] other) => one.Zip(other, (left, right) => (double)left * right).Sum();

    private static Tensor StatesOf(InferenceSession session, Tensor ids, Tensor mask)
    {
        using OrtValue idValues = OrtValue.CreateTensorValueFromMemory(ids.data<long>().ToArray(), ids.shape);
        using OrtValue maskValues = OrtValue.CreateTensorValueFromMemory(mask.to(torch.ScalarType.Int64).data<long>().ToArray(), ids.shape);
        using OrtValue types = OrtValue.CreateTensorValueFromMemory(new long[ids.numel()], ids.shape);
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs =
            session.Run(run, ["input_ids", "attention_mask", "token_type_ids"], [idValues, maskValues, types], ["last_hidden_state"]);
        return torch.tensor(outputs[0].GetTensorDataAsSpan<float>().ToArray(), outputs[0].GetTensorTypeAndShape().Shape);
    }
}
