using System.Runtime.CompilerServices;
using Distillation.Data;

namespace Distillation.Onnx;

/// <summary>How a module becomes an ONNX file.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>Gets the name of the input.</summary>
    /// <value>The default is <c>input</c>.</value>
    public string InputName { get; init => field = Require.Text(value); } = "input";

    /// <summary>Gets the name of the output.</summary>
    /// <value>The default is <c>output</c>.</value>
    public string OutputName { get; init => field = Require.Text(value); } = "output";

    /// <summary>Gets the name of the first dimension, which may have any size when the file is run.</summary>
    /// <value>The default is <c>batch</c>.</value>
    public string BatchName { get; init => field = Require.Text(value); } = "batch";

    /// <summary>
    /// Gets the name of the second dimension of the input, [N, T, ...], where it may have any size when the file is run, as the length of sequences has.
    /// </summary>
    /// <remarks>
    /// The file is checked with the length of the example shape and with one less: layers that need a fixed length, such as a <c>Flatten</c> before a
    /// <c>Linear</c>, are refused or fail that check.
    /// </remarks>
    /// <value>The default, <see langword="null"/>, fixes the dimension.</value>
    public string? SequenceName { get; init => field = value is null ? null : Require.Text(value); }

    /// <summary>
    /// Gets how many different indices there are, for a module that takes indices (an <c>Embedding</c> comes first).
    /// The input is int64 then, and random indices below this number check the file.
    /// </summary>
    /// <value>Positive. The default, <see langword="null"/>, is an input of float32.</value>
    public long? Indices { get; init => field = value is { } count ? Require.Positive(count) : null; }

    /// <summary>
    /// Gets what was done to the inputs in training: the file does it too, <c>(x − mean) / deviation</c> of each channel,
    /// and takes inputs as they were before.
    /// </summary>
    /// <value>
    /// The default, <see langword="null"/>, takes inputs as the module does. Not together with <see cref="Indices"/> or <see cref="SequenceName"/>.
    /// </value>
    public Normalization? Normalization { get; init; }

    /// <summary>Gets whether the file gives probabilities, a softmax over the classes of the output, in place of logits.</summary>
    /// <remarks>Classes are the second dimension of [N, C] and [N, C, H, W], and the last of sequences [N, T, C].</remarks>
    /// <value>The default is <see langword="false"/>.</value>
    public bool Softmax { get; init; }

    /// <summary>Gets the names of the classes, in their order. They stand in the metadata of the file under <c>labels</c>, as a JSON array of texts.</summary>
    /// <value>As many as the output [N, C], [N, T, C] or [N, C, H, W] has classes. The default, <see langword="null"/>, writes none.</value>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Gets texts to keep in the metadata of the file, by name.</summary>
    /// <value>Without the name <c>labels</c>. The default is empty.</value>
    public IReadOnlyDictionary<string, string> Metadata { get; init => field = Require.Present(value); } = new Dictionary<string, string>();

    /// <summary>
    /// Gets whether a batch normalization that directly follows a convolution goes into the weights of the convolution:
    /// fewer operators; results differ by rounding.
    /// </summary>
    /// <value>
    /// The default is <see langword="false"/>: the layers stand in the file as they are in the module. (ONNX Runtime folds them when it loads a file.)
    /// </value>
    public bool FoldBatchNorm { get; init; }

    /// <summary>Gets how modules are written whose classes cannot implement <see cref="IOnnxExportable"/>, or are to be written in another way.</summary>
    /// <remarks>
    /// Entries hold at every depth, for modules of one input; the layers inside a transformer or its encoder are written together with it.
    /// Of entries that fit a module the last wins; it also wins over <see cref="IOnnxExportable"/> and over the layers that are known.
    /// </remarks>
    /// <value>Entries that are not <see langword="null"/>. The default is empty.</value>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An entry is <see langword="null"/>.</exception>
    public IReadOnlyList<OnnxLayer> Layers { get; init => field = Kept(value); } = [];

    /// <summary>Gets the largest error that is allowed between module and file, as a share of the largest output.</summary>
    /// <value>Positive. The default is 1e-4.</value>
    public double Tolerance { get; init => field = Require.Positive(value); } = 1e-4;

    // A copy: what happens to the list afterward does not reach the options.
    private static OnnxLayer[] Kept(IReadOnlyList<OnnxLayer> layers, [CallerMemberName] string member = "")
    {
        OnnxLayer[] kept = [.. Require.Present(layers, member)];
        int empty = Array.IndexOf(kept, null);
        return empty < 0
            ? kept
            : throw new ArgumentException(
                $"{member} must have entries made by {nameof(OnnxLayer)}.{nameof(OnnxLayer.For)}, but entry {empty} of {kept.Length} is null.", member);
    }
}
