namespace Distillation.Losses;

/// <summary>
/// The student's embedding of a sample is contrasted with the teacher's embeddings of other samples, and the other way round (CRD; Tian et al., 2020).
/// </summary>
/// <remarks>
/// <para>
/// <c>−(1/N) Σₙ [log p₀/(p₀ + K/M + ε) + Σₖ log (K/M)/(pₖ + K/M + ε)]</c>, once for the student and once for the teacher, where <c>pₖ = exp(v · mₖ / T)/Z</c>,
/// v is one model's embedding of sample n, m₀ what is remembered of the other model's embedding of the same sample, and m₁ … m_K of that of K others; M is the
/// number of samples and ε 1e-7. An embedding is a linear map of the layer, [N, ...] flattened to [N, D], divided by its L2 norm; that of the teacher learns
/// too.
/// </para>
/// <para>As in RepDistiller. The memories begin uniform in ±√(3/d). Z is set once, by the first batch, so that the mean of p is 1/M.
/// After each batch the memory of its samples becomes momentum · old + (1 − momentum) · new, divided by its norm. The others are drawn with replacement;
/// RepDistiller draws without where there are enough.</para>
/// <para>
/// A sample is known by its number in the data source, <see cref="Batch.Indices"/>. The memories hold 2·M·d numbers, and a step takes as much again.
/// </para>
/// </remarks>
public sealed class ContrastiveLoss : FeatureLoss
{
    private const double Epsilon = 1e-7;
    private readonly long _samples;
    private readonly long _negatives;
    private readonly long _dimension;
    private Parts? _parts;

    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer; in the paper, the one before the classifier.</param>
    /// <param name="teacher">The teacher's layer.</param>
    /// <param name="samples">The number of samples in the training set, M; at least 2.</param>
    /// <param name="negatives">The number of negatives of a sample, K; positive.</param>
    /// <param name="dimension">The size of the embeddings, d; positive.</param>
    public ContrastiveLoss(Feature student, Feature teacher, long samples, long negatives = 16384, long dimension = 128)
        : base(student, teacher)
    {
        _samples = Require.InRange(samples, 2, int.MaxValue);
        _negatives = Require.Positive(negatives);
        _dimension = Require.Positive(dimension);
    }

    /// <summary>Gets the temperature T.</summary>
    /// <value>Positive. The default value is 0.07.</value>
    public double Temperature { get; init => field = Require.Positive(value); } = 0.07;

    /// <summary>Gets how much of what is remembered stays at an update.</summary>
    /// <value>In [0, 1). The default value is 0.5.</value>
    public double Momentum { get; init => field = Require.BelowOne(value); } = 0.5;

    /// <summary>Gets the class of every sample of the training set, by its number: the others are then drawn from other classes, as in the paper.</summary>
    /// <value>
    /// One class id for each sample, two of them different, or <see langword="null"/>: the others are any other samples. The default value is
    /// <see langword="null"/>.
    /// </value>
    /// <exception cref="ArgumentException">There are more or fewer ids than samples, or all are the same.</exception>
    public IReadOnlyList<long>? ClassIds
    {
        get;
        init => field = value is null || (value.Count == _samples && value.Any(id => id != value[0]))
            ? value
            : throw new ArgumentException(
                $"{nameof(ClassIds)} must have an id for each of the {_samples} samples, and two different ones, "
                + $"but has {value.Count} ids, {value.Distinct().Count()} of them different.",
                nameof(value));
    }

    /// <inheritdoc/>
    /// <value>The embeddings and the memories, once <see cref="Prepare"/> has made them.</value>
    public override torch.nn.Module? Module => _parts;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
    [
        .. base.Describe(),
        ("Samples", _samples),
        ("Negatives", _negatives),
        ("Dimension", _dimension),
        (nameof(Temperature), Temperature),
        (nameof(Momentum), Momentum),
        (nameof(ClassIds), ClassIds),
    ];

    /// <inheritdoc/>
    public override void Prepare(DistillationContext sample)
    {
        Require.Present(sample);
        if (_parts is null)
        {
            (Tensor student, Tensor teacher) = (Loss.Widen(sample.Student[StudentLayer]), sample.Teacher[TeacherLayer]);
            _parts = Parts.Of(FeatureShapes.Flat(student), FeatureShapes.Flat(teacher.to(student.dtype)), _samples, _dimension, ClassIds);
            Normalize(student, teacher.to(student.dtype), Draw(Indices(sample)));
        }
    }

    /// <summary>Sets Z by one batch.</summary>
    internal void Normalize(Tensor student, Tensor teacher, Tensor contrast)
    {
        (Tensor ofStudent, Tensor ofTeacher) = Embed(student, teacher);
        _parts!.Teacher.Normalize(ofStudent, contrast, Temperature);
        _parts.Student.Normalize(ofTeacher, contrast, Temperature);
    }

    /// <summary>Measures a batch against given samples, [N, K + 1], each row beginning with the sample itself.</summary>
    internal Tensor Contrast(Tensor student, Tensor teacher, Tensor indices, Tensor contrast)
    {
        (Tensor ofStudent, Tensor ofTeacher) = Embed(student, teacher);
        Tensor value = Measure(_parts!.Teacher.Score(ofStudent, contrast, Temperature)).Add(Measure(_parts.Student.Score(ofTeacher, contrast, Temperature)));
        _parts.Student.Update(ofStudent, indices, Momentum);
        _parts.Teacher.Update(ofTeacher, indices, Momentum);
        return value;
    }

    /// <inheritdoc/>
    public override bool ComparesSamples => true;

    /// <inheritdoc/>
    protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context)
    {
        if (_parts is null)
        {
            throw new InvalidOperationException(
                $"The embeddings of {nameof(ContrastiveLoss)} are sized by the first batch: call {nameof(Prepare)} before {nameof(Compute)}.");
        }

        Tensor indices = Indices(context);
        return Contrast(student, teacher, indices, Draw(indices));
    }

    private Tensor Indices(DistillationContext context) => context.Batch.Indices.to(context.Student[StudentLayer].device);

    private Tensor Draw(Tensor indices) => _parts!.Sampler.Draw(indices, _negatives);

    private (Tensor Student, Tensor Teacher) Embed(Tensor student, Tensor teacher) =>
        (_parts!.Student.Embed(FeatureShapes.Flat(student)), _parts.Teacher.Embed(FeatureShapes.Flat(teacher)));

    private Tensor Measure(Tensor score)
    {
        (long batch, long others) = (score.size(0), score.size(1) - 1);
        double noise = (double)others / _samples;
        Tensor own = score.narrow(1, 0, 1).sum();
        return (score.exp().Add(noise + Epsilon).log().sum() - own).Sub(batch * others * Math.Log(noise)).Div(batch);
    }

    private sealed class Parts : torch.nn.Module
    {
        private Parts(ContrastMemory student, ContrastMemory teacher, ContrastSampler sampler)
            : base(nameof(ContrastiveLoss))
        {
            (Student, Teacher, Sampler) = (student, teacher, sampler);
            register_module("student", student);
            register_module("teacher", teacher);
            register_module("sampler", sampler);
        }

        public ContrastMemory Student { get; }

        public ContrastMemory Teacher { get; }

        public ContrastSampler Sampler { get; }

        public static Parts Of(Tensor student, Tensor teacher, long samples, long dimension, IReadOnlyList<long>? classIds) =>
            new(new(student, samples, dimension), new(teacher, samples, dimension), new(samples, classIds, student.device));
    }
}
