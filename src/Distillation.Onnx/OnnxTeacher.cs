using Microsoft.ML.OnnxRuntime;

namespace Distillation.Onnx;

/// <summary>A model in the ONNX format as a teacher, run by ONNX Runtime: from PyTorch, TensorFlow, scikit-learn, ML.NET and others.</summary>
/// <remarks>
/// <para>
/// The inputs of a batch are converted to the types that the model declares; values that such a type does not have, as fractions for a model of integers, are
/// refused. Outputs have the floating-point type of <see cref="Batch.Inputs"/>, or in torch's default type where these are integers, and on the
/// device of the batch.
/// </para>
/// <para>
/// A model that takes a fixed number of samples is given batches of any size in pieces; the last piece is filled up with its last sample, and what is predicted
/// of these copies is left out.
/// </para>
/// <para>
/// Maps from classes to numbers, as scikit-learn's classifiers output them, become columns in the order of the classes: integers by value, names by their UTF-8
/// bytes.
/// </para>
/// <para>Inner layers are the outputs of floating-point numbers beside the logits, and the values in <see cref="OnnxTeacherOptions.InnerValues"/>.</para>
/// <para><see cref="Predict"/> may be called by several threads at once; <see cref="Dispose"/> only when no call is under way.</para>
/// </remarks>
public sealed class OnnxTeacher : ITeacher
{
    private readonly ModelSession _session;
    private readonly ModelOutputs _outputs;
    private readonly OnnxTeacherOutput? _meaning;
    private readonly string _digest;
    private volatile bool _looked;
    private bool _disposed;

    private OnnxTeacher(OnnxFile file, OnnxTeacherOptions? options)
    {
        options ??= new();
        InferenceSession session = file.Open(options);
        try
        {
            _outputs = new([.. session.OutputNames.Select(name => new ModelNode(name, session.OutputMetadata[name]))], options);
            _session = new(session, new([.. session.InputNames.Select(name => new ModelNode(name, session.InputMetadata[name]))], options));
            _meaning = options.Meaning ?? (_outputs.Logits.IsMaps ? OnnxTeacherOutput.Probabilities : null);
            if (_meaning is null && file.Graph.EndsInSigmoid(_outputs.Logits.Name))
            {
                throw new ArgumentException(
                    $"The model's output {_outputs.Logits} comes from a sigmoid: it gives probabilities. "
                    + $"Set {nameof(OnnxTeacherOptions)}.{nameof(OnnxTeacherOptions.Meaning)}: {nameof(OnnxTeacherOutput.BinaryProbabilities)} "
                    + $"where each stands for itself, {nameof(OnnxTeacherOutput.Probabilities)} where rows sum to 1, {nameof(OnnxTeacherOutput.Logits)} to "
                    + "take the numbers as they are.",
                    nameof(options));
            }

            _digest = file.Digest();
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<Feature> AvailableFeatures => _outputs.Layers;

    /// <summary>Loads a model from a file, and its weights from the files beside it that it names.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What is read of the model, and how it runs.</param>
    /// <returns>The teacher; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is no ONNX model, or one that was exported in training mode, or ONNX Runtime cannot load it; the message has the reason.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The model does not have the output, or takes several inputs that the options do not map, or its output comes from a sigmoid and the options do not set
    /// its meaning.
    /// </exception>
    /// <exception cref="NotSupportedException">An input or the output is of a type that no tensor has, such as text.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static OnnxTeacher Load(string path, OnnxTeacherOptions? options = null) => new(OnnxFile.Read(Require.Text(path)), options);

    /// <summary>Loads a model from memory.</summary>
    /// <param name="model">What a file of it has; it is not kept.</param>
    /// <param name="options">What is read of the model, and how it runs.</param>
    /// <returns>The teacher; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">
    /// The bytes are no ONNX model, or one that was exported in training mode, or ONNX Runtime cannot load it; the message has the reason.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The model does not have the output, or takes several inputs that the options do not map, or its output comes from a sigmoid and the options do not set
    /// its meaning.
    /// </exception>
    /// <exception cref="NotSupportedException">An input or the output is of a type that no tensor has, such as text.</exception>
    public static OnnxTeacher FromBytes(byte[] model, OnnxTeacherOptions? options = null) => new(OnnxFile.Of(Require.Present(model)), options);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The inputs are not those that the model declares, or have values that its type does not have, or a required layer is not in the model.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The model fails on these inputs, or its output is not a row of classes for each sample, or not the probabilities that it must be.
    /// </exception>
    public ModelOutput Predict(Batch batch, FeatureSet features)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Require.Present(batch);
        Feature[] required = [.. Require.Present(features)];
        ModelNode[] outputs = [.. required.Select(_outputs.Layer).Prepend(_outputs.Logits).Distinct()];
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor[] predicted = _session.Run(batch, outputs);

        torch.ScalarType type = batch.Inputs.is_floating_point() ? batch.Inputs.dtype : torch.get_default_dtype();
        Tensor logits = Given(Logits(predicted[0]));
        return new ModelOutput(logits, required.ToDictionary(layer => layer, layer => Given(predicted[Array.IndexOf(outputs, _outputs.Layer(layer))])));

        Tensor Given(Tensor tensor) => tensor.to(type, batch.Inputs.device).alias().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Of the bytes of the model and its weights, the output and its meaning. Options of the session and of inputs are not in it.
    /// </remarks>
    public string Fingerprint() =>
        $"ONNX model {_digest}, "
        + $"output '{_outputs.Logits.Name}' of {_meaning ?? OnnxTeacherOutput.Logits}{(_outputs.Logits.IsOfOnePlace ? " at one place" : string.Empty)}";

    /// <summary>Releases the model.</summary>
    public void Dispose()
    {
        _disposed = true;
        _session.Dispose();
    }

    private Tensor Logits(Tensor predicted)
    {
        if (predicted.dim() < 2 && !_outputs.Logits.IsReals)
        {
            throw new InvalidOperationException($"The model's output {_outputs.Logits} must be [N, C], but is {Shapes.Of(predicted)}.");
        }

        Tensor rows = predicted.dim() == 1 ? predicted.unsqueeze(1) : _outputs.Logits.IsOfOnePlace ? predicted.flatten(1) : predicted;
        if (_meaning == OnnxTeacherOutput.Probabilities)
        {
            return Probabilities.Logits(rows, _outputs.Logits.Name);
        }

        if (_meaning == OnnxTeacherOutput.BinaryProbabilities)
        {
            return Probabilities.LogOdds(rows, _outputs.Logits.Name);
        }

        if (_meaning is null && !_looked)
        {
            RequireLogits(rows);
            _looked = true;
        }

        return rows;
    }

    private void RequireLogits(Tensor predicted)
    {
        if (Probabilities.Seem(predicted))
        {
            throw new InvalidOperationException(
                $"The model's output {_outputs.Logits} gives numbers that are not negative and sum to 1: they look like probabilities. "
                + $"Set {nameof(OnnxTeacherOptions)}.{nameof(OnnxTeacherOptions.Meaning)}.");
        }
    }
}
