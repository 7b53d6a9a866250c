namespace Distillation.SmallData;

/// <summary>
/// Computes a vector of a sample from inner layers of a pretrained teacher, and from the sample itself: what a kernel or a linear model should see.
/// </summary>
/// <remarks>
/// <para>
/// The teacher is any one with inner layers: a TorchSharp network, an ONNX file with <c>InnerValues</c>. It knows other data, and so brings knowledge that the
/// labeled samples do not have. Middle layers are often worth more than the last one, whose values belong to the classes that it was trained on.
/// </para>
/// <para><see cref="Describe"/> is a feature map: <c>new KernelRidge { FeatureMap = extractor.Describe }</c>. With width 0 that is a linear probe.</para>
/// <para>An instance is used by one thread at a time, as its teacher is.</para>
/// </remarks>
public sealed class FeatureExtractor : IDisposable
{
    private readonly ITeacher _teacher;
    private readonly FeatureExtractorOptions _options;
    private readonly FeatureFiles? _files;
    private readonly IReadOnlyList<FeatureMoments>? _moments;

    /// <summary>Creates the extractor.</summary>
    /// <param name="teacher">The teacher; the caller disposes it, after the last use of the extractor.</param>
    /// <param name="options">What is computed.</param>
    /// <exception cref="ArgumentException">
    /// The teacher lists its layers, and a part's is not among them; or there is a cache, and the teacher has no <see cref="ITeacher.Fingerprint"/> by which
    /// its features can be known.
    /// </exception>
    public FeatureExtractor(ITeacher teacher, FeatureExtractorOptions options)
        : this(teacher, options, moments: null)
    {
    }

    private FeatureExtractor(ITeacher teacher, FeatureExtractorOptions options, IReadOnlyList<FeatureMoments>? moments)
    {
        (_teacher, _options, _moments) = (Require.Present(teacher), Require.Present(options), moments);
        if (teacher.AvailableFeatures is { } available
            && options.Parts.OfType<LayerFeatures>().FirstOrDefault(part => !available.Contains(part.Layer)) is { } unknown)
        {
            throw new ArgumentException(
                $"The teacher has no layer '{unknown.Layer}'. It has: {(available.Count == 0 ? "the logits alone" : string.Join(", ", available))}.",
                nameof(options));
        }

        if (options.CacheDirectory is { } directory)
        {
            string fingerprint = teacher.Fingerprint() ?? throw new ArgumentException(
                $"A teacher of type {teacher.GetType().Name} has no fingerprint, so that its features cannot be found again. "
                + $"Leave {nameof(FeatureExtractorOptions.CacheDirectory)} out.",
                nameof(teacher));
            _files = new(directory, $"{fingerprint} {options.Images?.Key}");
        }
    }

    /// <summary>Gets the parts, in the order in which they are in the vector.</summary>
    public IReadOnlyList<FeaturePart> Parts => _options.Parts;

    /// <summary>Computes the vectors of samples.</summary>
    /// <param name="inputs">[N, ...], of a floating type.</param>
    /// <returns>[N, D], in the type of the inputs and on their device, in the current dispose scope.</returns>
    /// <exception cref="ArgumentException">The teacher or a part does not take the inputs, or a pooling the output of a layer.</exception>
    /// <exception cref="InvalidDataException">A file of the cache is damaged; the message names it.</exception>
    public Tensor Describe(Tensor inputs)
    {
        using var scope = torch.NewDisposeScope();
        return torch.cat([.. DescribeParts(inputs)], 1).MoveToOuterDisposeScope();
    }

    /// <summary>Computes the vectors of samples part by part.</summary>
    /// <param name="inputs">[N, ...], of a floating type.</param>
    /// <returns>[N, D] of each part, in the order of <see cref="Parts"/>, in the current dispose scope.</returns>
    /// <exception cref="ArgumentException">The teacher or a part does not take the inputs, or a pooling the output of a layer.</exception>
    /// <exception cref="InvalidDataException">A file of the cache is damaged; the message names it.</exception>
    public IReadOnlyList<Tensor> DescribeParts(Tensor inputs)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        return
        [
            .. Spread(inputs).Select((values, number) =>
                Parts[number].Finish(_moments is null ? values : _moments[number].Standardize(values)).MoveToOuterDisposeScope()),
        ];
    }

    /// <summary>Creates an extractor of the same teacher with other parts; it has no standardization.</summary>
    /// <param name="parts">The parts, at least one.</param>
    /// <returns>The extractor; the caller disposes it.</returns>
    public FeatureExtractor With(params IReadOnlyList<FeaturePart> parts) => new(_teacher, _options with { Parts = parts });

    /// <summary>Creates an extractor whose values are standardized before unit length and weight: mean 0 and deviation 1 over some samples.</summary>
    /// <remarks>A value that is the same for all samples is only centered. Labels are not looked at.</remarks>
    /// <param name="inputs">The samples, [N, ...], at least two.</param>
    /// <returns>The extractor; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">There are fewer than two samples, or the teacher or a part does not take them.</exception>
    public FeatureExtractor Standardized(Tensor inputs)
    {
        Require.Present(inputs);
        if (inputs.dim() == 0 || inputs.size(0) < 2)
        {
            throw new ArgumentException($"Deviations need two samples or more, but the inputs are {Distillation.Shapes.Of(inputs)}.", nameof(inputs));
        }

        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        return new(_teacher, _options, [.. Spread(inputs).Select(values => new FeatureMoments(values))]);
    }

    /// <summary>Releases what a standardized extractor has computed. The caller disposes the teacher.</summary>
    public void Dispose()
    {
        foreach (FeatureMoments moments in _moments ?? [])
        {
            moments.Dispose();
        }
    }

    // All parts before standardization, in the current dispose scope.
    private List<Tensor> Spread(Tensor inputs)
    {
        if (Require.Present(inputs).dim() == 0 || inputs.size(0) == 0 || !torch.is_floating_point(inputs))
        {
            throw new ArgumentException(
                $"Inputs must be [N, ...] of a floating type, with one sample at least, but are {Distillation.Shapes.Of(inputs)} {inputs.dtype}.",
                nameof(inputs));
        }

        Dictionary<LayerFeatures, Tensor> layers = Layers(inputs);
        return [.. Parts.Select(part => part.Spread(part is LayerFeatures layer ? layers[layer] : ((MappedFeatures)part).Of(inputs)).to(inputs.dtype))];
    }

    private Dictionary<LayerFeatures, Tensor> Layers(Tensor inputs)
    {
        var values = new Dictionary<LayerFeatures, Tensor>();
        List<LayerFeatures> missing = [.. Parts.OfType<LayerFeatures>()];
        byte[]? digest = _files is null || missing.Count == 0 ? null : FeatureFiles.DigestOf(inputs);
        foreach (LayerFeatures part in digest is null ? [] : missing.ToArray())
        {
            if (_files!.Read(part, digest!) is { } kept)
            {
                values[part] = kept.to(inputs.device);
                missing.Remove(part);
            }
        }

        if (missing.Count == 0)
        {
            return values;
        }

        Tensor[][] batches = [.. inputs.split(_options.BatchSize).Select(batch => Run(batch, missing))];
        foreach ((int number, LayerFeatures part) in missing.Index())
        {
            values[part] = torch.cat([.. batches.Select(batch => batch[number])]);
            if (digest is not null)
            {
                _files!.Write(part, digest, values[part]);
            }
        }

        return values;
    }

    private Tensor[] Run(Tensor inputs, List<LayerFeatures> parts)
    {
        using var scope = torch.NewDisposeScope();
        var batch = new Batch(_options.Images?.Adapt(inputs) ?? inputs, null, KeptAliveScalar.Arange(0, inputs.size(0)));
        ModelOutput output = _teacher.Predict(batch, FeatureSet.Of(parts.Select(part => part.Layer)));
        return [.. parts.Select(part => part.Pooling.Apply(output[part.Layer]).MoveToOuterDisposeScope())];
    }
}
