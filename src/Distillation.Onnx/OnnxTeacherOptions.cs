using Microsoft.ML.OnnxRuntime;

namespace Distillation.Onnx;

/// <summary>What a teacher takes from a batch, what it reads of a model, and how the model runs.</summary>
public sealed record OnnxTeacherOptions
{
    /// <summary>Gets the name of the output with a score for each class, [N, C], or a sequence of maps from classes to numbers (ZipMap).</summary>
    /// <remarks>
    /// An output [N], one number for each sample, becomes [N, 1]. One that by the shapes of the model itself is always [N, C, 1, 1] becomes [N, C]; sizes that
    /// depend on the input stay, whatever they are.
    /// <para>
    /// An inner value can be the output too, where <see cref="InnerValues"/> has it: then the model's own outputs are left out, and what only they need is not
    /// computed.
    /// </para>
    /// </remarks>
    /// <value>
    /// The default value is <see langword="null"/>: the first output of floating-point numbers with two axes or more, or of such maps; where there is none, the
    /// first of floating-point numbers.
    /// </value>
    public string? Output { get; init => field = value is null ? null : Require.Text(value); }

    /// <summary>Gets what these numbers are.</summary>
    /// <value>
    /// The default value is <see langword="null"/>: probabilities where the output is a sequence of maps, and otherwise logits; then a model whose output comes
    /// from a sigmoid is refused, and one whose first batch looks like probabilities.
    /// </value>
    public OnnxTeacherOutput? Meaning { get; init => field = value is { } given ? Require.Defined(given) : null; }

    /// <summary>Gets values inside the model, by their names in its graph, that can be required as inner layers. Its outputs always can.</summary>
    /// <value>The default value is <see cref="FeatureSet.None"/>.</value>
    public FeatureSet InnerValues { get; init => field = Require.Present(value); } = FeatureSet.None;

    /// <summary>Gets the shape of the model's only input in place of the one that it declares, each size -1 where it may be any.</summary>
    /// <remarks>
    /// Many convolutional networks are exported for one image of one size, and compute any number of images of other sizes too: <c>[-1, 3, 64, 64]</c>. The
    /// shapes that the model declares of its outputs and inner values are left out with it. A model that cannot compute the shape, because a layer at its end
    /// has a fixed size, fails when it is loaded or run; set <see cref="Output"/> to an inner value before that layer.
    /// </remarks>
    /// <value>At least one size, each positive or -1. The default value is <see langword="null"/>: the declared shape.</value>
    public IReadOnlyList<long>? InputShape
    {
        get;
        init
        {
            if (value is not null && (value.Count == 0 || value.Any(size => size is < 1 and not -1)))
            {
                throw new ArgumentException(
                    $"{nameof(InputShape)} must have sizes that are positive, or -1 for any, but is [{string.Join(", ", value)}].", nameof(InputShape));
            }

            field = value is null ? null : [.. value];
        }
    }

    /// <summary>Gets what changes the options of the session before the model is loaded: execution providers, threads, custom operators.</summary>
    /// <remarks>A session has <c>torch.get_num_threads()</c> threads, and logs nothing: failures are exceptions.</remarks>
    /// <value>The default value is <see langword="null"/>: nothing is changed.</value>
    public Action<SessionOptions>? Session { get; init; }

    internal Func<Batch, IReadOnlyDictionary<string, Tensor>>? Inputs { get; private init; }

    /// <summary>Returns the same options for a model with several inputs.</summary>
    /// <typeparam name="TBatch">The kind of batch that carries them.</typeparam>
    /// <param name="inputs">Gives each input of the model by its name.</param>
    /// <returns>The options.</returns>
    public OnnxTeacherOptions WithInputs<TBatch>(Func<TBatch, Dictionary<string, Tensor>> inputs)
        where TBatch : Batch
    {
        Require.Present(inputs);
        return this with
        {
            Inputs = batch => batch is TBatch own
                ? inputs(own)
                : throw new ArgumentException($"The model takes a {typeof(TBatch).Name}, but the data source returns a {batch.GetType().Name}.", nameof(batch)),
        };
    }
}
