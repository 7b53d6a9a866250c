using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Distillation.Text;

/// <summary>An ONNX model of token ids, attention masks and token types, loaded.</summary>
internal sealed class OnnxEncoderSession : IDisposable
{
    private const string Ids = "input_ids";
    private const string Mask = "attention_mask";
    private const string Types = "token_type_ids";

    private readonly InferenceSession _session;

    public OnnxEncoderSession(string path, OnnxTextEmbedderOptions options)
    {
        _session = OnnxSession.Open(path, options.Threads ?? torch.get_num_threads());
        try
        {
            RequireInputs(path);
            Output = Find(path, options);
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    /// <summary>Gets the name of the output.</summary>
    public string Output { get; }

    /// <summary>Runs the model.</summary>
    /// <param name="ids">Token ids, row by row.</param>
    /// <param name="mask">1 for a token, 0 for padding.</param>
    /// <param name="rows">N.</param>
    /// <param name="places">T.</param>
    /// <returns>The output and its shape.</returns>
    public (float[] Values, long[] Shape) Run(long[] ids, long[] mask, int rows, int places)
    {
        string[] names = [.. _session.InputNames];
        long[] shape = [rows, places];
        OrtValue[] inputs = [.. names.Select(name =>
            OrtValue.CreateTensorValueFromMemory(name == Ids ? ids : name == Mask ? mask : new long[ids.Length], shape))];
        try
        {
            using var run = new RunOptions();
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(run, names, inputs, [Output]);
            return (outputs[0].GetTensorDataAsSpan<float>().ToArray(), outputs[0].GetTensorTypeAndShape().Shape);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InvalidOperationException($"The model fails on {rows} texts of {places} tokens: {exception.Message}", exception);
        }
        finally
        {
            Array.ForEach(inputs, input => input.Dispose());
        }
    }

    public void Dispose() => _session.Dispose();

    private void RequireInputs(string path)
    {
        foreach ((string name, NodeMetadata input) in _session.InputMetadata)
        {
            if (name is not (Ids or Mask or Types) || !input.IsTensor || input.ElementDataType != TensorElementType.Int64)
            {
                throw new ArgumentException($"The inputs of '{path}' must be {Ids}, {Mask} and {Types} of int64, but there is {name}.", nameof(path));
            }
        }

        if (!_session.InputMetadata.ContainsKey(Ids))
        {
            throw new ArgumentException($"The model '{path}' must have an input {Ids}, but has {string.Join(", ", _session.InputNames)}.", nameof(path));
        }
    }

    private string Find(string path, OnnxTextEmbedderOptions options)
    {
        string name = options.Output
            ?? Array.Find(["sentence_embedding", "last_hidden_state"], _session.OutputMetadata.ContainsKey)
            ?? _session.OutputNames[0];
        return _session.OutputMetadata.TryGetValue(name, out NodeMetadata? output)
            && output.IsTensor && output.ElementDataType == TensorElementType.Float && output.Dimensions.Length is 2 or 3
            ? name
            : throw new ArgumentException(
                $"The output '{name}' must be float32 numbers [N, T, D] or [N, D], but '{path}' does not have it so. "
                + $"It has: {string.Join(", ", _session.OutputNames)}.",
                nameof(options));
    }
}
