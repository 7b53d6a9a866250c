using System.Globalization;
using System.Text.Json;
using Distillation.Data;
using Distillation.Models;
using Distillation.Onnx.Format;
using Distillation.Serialization;
using Google.Protobuf;

namespace Distillation.Onnx;

/// <summary>Writes models as ONNX files, which run without TorchSharp, and makes sure that ONNX Runtime computes the same from them.</summary>
/// <remarks>
/// <para>
/// The layers are read from the module, not watched while it runs. So a module with a <c>forward</c> of its own implements <see cref="IOnnxExportable"/>,
/// or <see cref="OnnxExportOptions.Layers"/> has an entry for it.
/// The documents list the layers of TorchSharp and the models of TorchVision that can be exported.
/// </para>
/// <para>
/// The file has the evaluation mode, float32, and opset 17.
/// Before it gets its name, ONNX Runtime has computed from it what the module outputs for random inputs of batches of 1 and 3.
/// </para>
/// </remarks>
public static class OnnxExport
{
    private const string LabelsKey = "labels";

    /// <summary>Writes a student.</summary>
    /// <param name="student">The student; its module is written, as it computes in float32, and not what a function around the module does.</param>
    /// <param name="path">The file; a file that is there already is replaced.</param>
    /// <param name="inputShape">The shape of one sample, without the batch: <c>[1, 28, 28]</c>.</param>
    /// <param name="options">How; the default is <c>new OnnxExportOptions()</c>.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="ArgumentException">The module does not map one tensor to one tensor, or as for <see cref="Write"/>.</exception>
    /// <exception cref="OnnxExportException">As for <see cref="Write"/>.</exception>
    public static OnnxExportReport ExportOnnx(this IStudent student, string path, ReadOnlySpan<long> inputShape, OnnxExportOptions? options = null) =>
        Require.Present(student).Module is torch.nn.Module<Tensor, Tensor> module
            ? Write(module, path, inputShape, options)
            : throw new ArgumentException(
                $"A student whose module maps one tensor to one tensor can be exported, but {student.Module.GetType().Name} does not.", nameof(student));

    /// <summary>Writes a module.</summary>
    /// <param name="module">The module, [N, ...] to [N, ...], with all weights of float32, on any device; its mode is as it was afterward.</param>
    /// <param name="path">The file; a file that is there already is replaced.</param>
    /// <param name="inputShape">The shape of one sample, without the batch: <c>[1, 28, 28]</c>.</param>
    /// <param name="options">How; the default is <c>new OnnxExportOptions()</c>.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="ArgumentException">
    /// The module has weights of another type, gives something else than [N, ...] of float32, or the options do not fit it.
    /// </exception>
    /// <exception cref="OnnxExportException">
    /// Layers cannot be exported (the message names all of them), or ONNX Runtime computes something else than the module.
    /// </exception>
    public static OnnxExportReport Write(torch.nn.Module<Tensor, Tensor> module, string path, ReadOnlySpan<long> inputShape, OnnxExportOptions? options = null)
    {
        long[] shape = Checked(Require.Present(module), inputShape);
        Require.Text(path);
        options ??= new OnnxExportOptions();
        Check(options, shape);
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        using var modes = new ModuleModes(module);
        module.eval();
        OneDnnCheck.Run(module, gradients: false);
        Example[] examples = Examples.Of(module, shape, options);
        var graph = new OnnxGraph(
            module, examples, new(options.InputName, options.OutputName, options.BatchName, options.SequenceName), new ModuleWriters(options.Layers).Write);
        using KnownValues known = graph.Known;
        ModelProto model = Build(graph, module, options);
        byte[] bytes = model.ToByteArray();
        double error = LargestError(bytes, examples, options.Tolerance);
        AtomicFile.Replace(path, bytes);
        return new OnnxExportReport { Path = path, Bytes = bytes.Length, LargestError = error, Layers = graph.LayerCount };
    }

    private static ModelProto Build(OnnxGraph graph, torch.nn.Module<Tensor, Tensor> module, OnnxExportOptions options)
    {
        OnnxValue value = graph.Input;
        if (options.Normalization is { } normalization)
        {
            value = Normalized(graph, value, normalization);
        }

        value = graph.Call(module, value);
        if (graph.Refusals.Count > 0)
        {
            throw new OnnxExportException(
                $"{module.GetType().Name} cannot be exported:{string.Concat(graph.Refusals.Select(refusal => $"{Environment.NewLine}- {refusal}"))}");
        }

        value = options.Softmax ? graph.Apply("Softmax", [value], ("axis", Examples.ClassAxis(graph.ShapeOf(value)))) : value;
        ModelProto model = graph.Finish(value);
        if (options.FoldBatchNorm)
        {
            BatchNormFolding.Apply(model.Graph);
        }

        IEnumerable<KeyValuePair<string, string>> metadata = options.Labels is { } labels
            ? options.Metadata.Append(new(LabelsKey, JsonSerializer.Serialize(labels, LabelsJson.Default.IReadOnlyListString)))
            : options.Metadata;
        model.MetadataProps.AddRange(metadata.Select(pair => new StringStringEntryProto { Key = pair.Key, Value = pair.Value }));
        return model;
    }

    // As Normalization.Apply computes it, so that not even the rounding differs.
    private static OnnxValue Normalized(OnnxGraph graph, OnnxValue input, Normalization normalization)
    {
        long[] shape = [normalization.Mean.Length, .. Enumerable.Repeat(1L, int.Max(0, graph.ShapeOf(input).Count - 2))];
        Tensor mean = torch.tensor([.. normalization.Mean], shape, torch.ScalarType.Float32);
        Tensor scale = torch.tensor([.. normalization.StandardDeviation.Select(deviation => 1 / deviation)], shape, torch.ScalarType.Float32);
        OnnxValue centered = graph.Apply("Sub", [input, graph.Constant("mean", mean)]);
        return graph.Apply("Mul", [centered, graph.Constant("scale", scale)]);
    }

    private static double LargestError(byte[] bytes, Example[] examples, double tolerance)
    {
        Tensor[] runs = RuntimeRun.Of(bytes, examples.Select(example => new[] { example.Input }));
        return examples.Zip(runs, (example, run) => Error(example.Output, run, tolerance)).Max();
    }

    private static double Error(Tensor output, Tensor run, double tolerance)
    {
        if (!Shapes.Same(run, output) || run.dtype != output.dtype)
        {
            throw new OnnxExportException(
                $"ONNX Runtime computes something else than the module: its output is {Shapes.Of(run)} {run.dtype}, "
                + $"that of the module {Shapes.Of(output)} {output.dtype}.");
        }

        float[] expected = output.data<float>().ToArray();
        double size = expected.Where(float.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();

        // Equal also where both are infinite, or no number.
        IEnumerable<double> errors = expected.Zip(run.data<float>().ToArray(), (left, right) => left.Equals(right) ? 0 : (double)Math.Abs(left - right));
        double error = errors.Aggregate(0.0, double.Max);

        // NaN is no number below anything.
        return error <= tolerance * size
            ? error
            : throw new OnnxExportException(string.Create(
                CultureInfo.InvariantCulture,
                $"ONNX Runtime computes something else than the module: outputs differ by up to {error:G3}, "
                + $"the largest output is {size:G3}, and the tolerance is {tolerance:G3} of that."));
    }

    private static long[] Checked(torch.nn.Module module, ReadOnlySpan<long> inputShape)
    {
        string[] others =
        [
            .. module.named_parameters().Select(one => (one.name, Values: (Tensor)one.parameter))
                .Concat(module.named_buffers().Select(one => (one.name, Values: one.buffer)))
                .Where(one => torch.is_floating_point(one.Values) && one.Values.dtype != torch.ScalarType.Float32)
                .Select(one => $"{one.name} ({one.Values.dtype})"),
        ];
        if (others.Length > 0)
        {
            throw new ArgumentException(
                $"All weights must be of float32, but these are not: {string.Join(", ", others)}. Call module.to(torch.float32) first.", nameof(module));
        }

        foreach (long size in inputShape)
        {
            Require.Positive(size, nameof(inputShape));
        }

        return inputShape.ToArray();
    }

    private static void Check(OnnxExportOptions options, long[] inputShape)
    {
        if (options is { Normalization: not null, Indices: not null })
        {
            throw new ArgumentException(
                $"{nameof(options.Normalization)} is for numbers, and {nameof(options.Indices)} for indices: set one of them.", nameof(options));
        }

        if (options.Metadata.ContainsKey(LabelsKey))
        {
            throw new ArgumentException($"{nameof(options.Metadata)} must not have the name '{LabelsKey}': set {nameof(options.Labels)}.", nameof(options));
        }

        if (options.SequenceName is not null && (inputShape.Length == 0 || inputShape[0] < 2))
        {
            throw new ArgumentException(
                $"With {nameof(options.SequenceName)} the shape must begin with a length of at least 2, but is [{string.Join(", ", inputShape)}].",
                nameof(inputShape));
        }

        if (options is { SequenceName: not null, Normalization: not null })
        {
            throw new ArgumentException(
                $"{nameof(options.Normalization)} is for the second dimension of the input, which has no fixed size with {nameof(options.SequenceName)}: "
                + "set one of them.",
                nameof(options));
        }

        if (options.SequenceName == options.BatchName)
        {
            throw new ArgumentException(
                $"{nameof(options.BatchName)} and {nameof(options.SequenceName)} must differ, but both are '{options.BatchName}'.", nameof(options));
        }

        string[] names = [options.InputName, options.OutputName];
        if (names.Distinct().Count() < names.Length)
        {
            throw new ArgumentException($"Input and output must have different names, but both are '{options.InputName}'.", nameof(options));
        }
    }
}
