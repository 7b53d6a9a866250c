using Distillation.Serialization;

namespace Distillation.Text;

/// <summary>
/// Loads encoders from the safetensors files of BERT models (Devlin et al., 2019; MiniLM, Wang et al., 2020), and saves them under the same names.
/// </summary>
/// <remarks>
/// The names are those of Hugging Face: <c>embeddings.word_embeddings.weight</c>, <c>encoder.layer.0.attention.self.query.weight</c>, with or without a prefix
/// such as <c>bert.</c>. Normalizations may have <c>gamma</c> and <c>beta</c> in place of <c>weight</c> and <c>bias</c>.
/// </remarks>
public static class BertCheckpoint
{
    /// <summary>Reads the sizes of an encoder from a <c>config.json</c>.</summary>
    /// <remarks>
    /// <c>hidden_dropout_prob</c> becomes <see cref="TransformerEncoderOptions.Dropout"/>, that of the attention too. The file does not have the pooling:
    /// <c>ReadOptions(path) with { Pooling = TokenPooling.FirstToken }</c> sets it.
    /// </remarks>
    /// <param name="configPath">The file.</param>
    /// <returns>The sizes.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is not in the format, or its model is not of type <c>bert</c>, with <c>gelu</c> and absolute positions; the message has the reason.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TransformerEncoderOptions ReadOptions(string configPath) => BertConfig.Read(Require.Text(configPath));

    /// <summary>Loads an encoder.</summary>
    /// <remarks>Weights of float16 and bfloat16 become float32. Tensors that the encoder does not have are passed over, and reported.</remarks>
    /// <param name="path">The safetensors file.</param>
    /// <param name="options">
    /// The sizes; those of the <c>config.json</c> in the same directory if not given. With fewer layers than the file has, the encoder has the first ones.
    /// </param>
    /// <returns>The encoder, which the caller disposes, and what else the file had.</returns>
    /// <exception cref="ArgumentException">The options do not fit each other.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is not in its format, or tensors are missing or of another shape or type; the message names them.
    /// </exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static PretrainedEncoder Load(string path, TransformerEncoderOptions? options = null)
    {
        Require.Text(path);
        TransformerEncoderOptions sizes = (options ?? BertConfig.Read(BertConfig.Beside(path))).Consistent(nameof(options));
        using SafetensorsFile file = SafetensorsFile.Open(path);
        string prefix = BertNames.PrefixIn(file.Names, path);
        var encoder = new TransformerTextEncoder(sizes);
        try
        {
            Dictionary<string, Tensor> state = encoder.state_dict();
            Dictionary<string, string> names = state.Keys.ToDictionary(name => name, name => NameIn(file, prefix + BertNames.Of(name)));
            RequireFit(file, path, state, names);
            using var noGradient = torch.no_grad();
            foreach ((string own, string there) in names)
            {
                using Tensor values = file.Read(there);
                state[own].copy_(values);
            }

            encoder.eval();
            return new PretrainedEncoder { Encoder = encoder, Prefix = prefix, PassedOver = [.. file.Names.Except(names.Values)] };
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>Saves an encoder as a safetensors file without a prefix, and a <c>config.json</c> in the same directory.</summary>
    /// <remarks>Each file is written whole or not at all, the weights first. The pooling is not in them.</remarks>
    /// <param name="encoder">The encoder.</param>
    /// <param name="path">The safetensors file; it and the <c>config.json</c> are replaced where they are there.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Save(TransformerTextEncoder encoder, string path)
    {
        Require.Present(encoder);
        Require.Text(path);
        Dictionary<string, Tensor> tensors = encoder.state_dict().ToDictionary(pair => BertNames.Of(pair.Key), pair => pair.Value);

        // Hugging Face's loader refuses a file without the name of a framework.
        Safetensors.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt" });
        BertConfig.Write(BertConfig.Beside(path), encoder.Options);
    }

    private static string NameIn(SafetensorsFile file, string name) =>
        file.Find(name) is null && BertNames.OfTensorFlow(name) is { } other && file.Find(other) is not null ? other : name;

    private static void RequireFit(SafetensorsFile file, string path, Dictionary<string, Tensor> state, Dictionary<string, string> names)
    {
        string[] missing = [.. names.Values.Where(name => file.Find(name) is null)];
        string[] others =
        [
            .. names.Select(pair => (Name: pair.Value, Info: file.Find(pair.Value), Own: state[pair.Key]))
                .Where(one => one.Info is { } info && !Fits(info, one.Own))
                .Select(one => $"{one.Name} is {one.Info} and must be {Shapes.Of(one.Own)} of floating-point numbers"),
        ];
        if (missing.Length + others.Length > 0)
        {
            throw new InvalidDataException(
                $"'{path}' does not fit an encoder of these sizes, and nothing was loaded.{List("Missing", missing)}{List("Other shapes or types", others)}");
        }
    }

    private static bool Fits(TensorInfo info, Tensor own) =>
        info.ScalarType is { } type && torch.is_floating_point(type) && info.Shape.SequenceEqual(own.shape);

    private static string List(string what, string[] names)
    {
        string more = names.Length > 10 ? $" and {names.Length - 10} more" : string.Empty;
        return names.Length == 0 ? string.Empty : $" {what}: {string.Join(", ", names.Take(10))}{more}.";
    }
}
