using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;

namespace Distillation.Onnx;

/// <summary>A model that is loaded, from tensors to tensors.</summary>
internal sealed class ModelSession(InferenceSession session, ModelInputs inputs) : IDisposable
{
    // Shapes that files declare are not always true: an output is written into a tensor of the declared shape once it has had that shape.
    private readonly ConcurrentDictionary<string, bool> _trusted = new();

    public void Dispose() => session.Dispose();

    /// <summary>The outputs of the model, in batches of the size that it takes; new tensors with a row for each sample.</summary>
    public Tensor[] Run(Batch batch, ModelNode[] outputs)
    {
        Tensor[] given = inputs.In(batch);
        if (inputs.Together is not { } together || together == batch.Count)
        {
            return Run(given, outputs, batch.Count);
        }

        var pieces = new List<Tensor[]>();
        for (long start = 0; start < batch.Count; start += together)
        {
            pieces.Add(Run([.. given.Select(tensor => Piece(tensor, start, together))], outputs, together));
        }

        return [.. outputs.Select((_, number) => torch.cat([.. pieces.Select(piece => piece[number])]).narrow(0, 0, batch.Count))];
    }

    // The last row stands in for those that are not there.
    private static Tensor Piece(Tensor tensor, long start, long size)
    {
        long missing = Math.Max(0, start + size - tensor.size(0));
        Tensor there = tensor.narrow(0, start, size - missing);
        return missing == 0 ? there : torch.cat([there, .. Enumerable.Repeat(there.narrow(0, size - missing - 1, 1), (int)missing)]);
    }

    private Tensor[] Run(Tensor[] given, ModelNode[] outputs, long rows)
    {
        string[] names = [.. outputs.Select(output => output.Name)];
        long[]?[] shapes = [.. outputs.Select(output => DeclaredShape(output, rows))];
        using var shared = new SharedTensors(given);
        using var options = new RunOptions();
        try
        {
            if (outputs.Zip(shapes).All(output => output.Second is not null && _trusted.GetValueOrDefault(output.First.Name)))
            {
                Tensor[] targets = [.. outputs.Zip(shapes, (output, shape) => torch.empty(shape!, output.Type))];
                using var into = new SharedTensors(targets);
                session.Run(options, inputs.Names, shared.Values, names, into.Values);
                return targets;
            }

            using IDisposableReadOnlyCollection<OrtValue> values = session.Run(options, inputs.Names, shared.Values, names);
            Tensor[] tensors = [.. outputs.Zip(values, Read)];
            foreach ((ModelNode output, Tensor tensor, long[]? shape) in outputs.Zip(tensors, shapes))
            {
                RequireRows(output, tensor, rows);
                _trusted.TryAdd(output.Name, shape is not null && tensor.shape.SequenceEqual(shape));
            }

            return tensors;
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InvalidOperationException($"The model cannot run on inputs {string.Join(", ", given.Select(Shapes.Of))}: {exception.Message}", exception);
        }
    }

    private static Tensor Read(ModelNode output, OrtValue value)
    {
        if (output.IsMaps)
        {
            return ClassMaps.Read(value);
        }

        Tensor tensor = torch.empty(value.GetTensorTypeAndShape().Shape, output.Type);
        value.GetTensorMutableRawData().CopyTo(tensor.bytes);
        return tensor;
    }

    private static void RequireRows(ModelNode output, Tensor tensor, long rows)
    {
        if (tensor.dim() == 0 || tensor.size(0) != rows)
        {
            throw new InvalidOperationException($"The model's output {output} must have a row for each of {rows} samples, but is {Shapes.Of(tensor)}.");
        }
    }

    private long[]? DeclaredShape(ModelNode output, long rows)
    {
        int[] sizes = output.Sizes;
        bool known = output.IsNumbers
            && sizes.Length > 0
            && sizes.Skip(1).All(size => size >= 0)
            && (sizes[0] == rows || (output.FirstAxis is { } axis && axis == inputs.FirstAxis));
        return known ? [rows, .. sizes.Skip(1)] : null;
    }
}
