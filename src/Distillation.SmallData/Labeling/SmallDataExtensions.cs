using System.Globalization;
using Distillation.Data;
using Distillation.Models;

namespace Distillation.SmallData;

/// <summary>New data out of data.</summary>
public static class SmallDataExtensions
{
    /// <summary>Creates new samples, each when it is read.</summary>
    /// <param name="originals">The data; the caller disposes it, after the last use of the result.</param>
    /// <param name="generator">Makes the inputs.</param>
    /// <param name="count">How many samples; positive.</param>
    /// <param name="seed">Any number; the same one gives the same samples.</param>
    /// <returns>
    /// The samples. Their labels are the originals' as probabilities, mixed as the inputs are; none where there are none, or where no sample has an original.
    /// Among others a sample without one has zeros.
    /// </returns>
    public static IDataSource Generate(this LabeledSamples originals, ISampleGenerator generator, long count, int seed = 0) =>
        new GeneratedSource(Require.Present(originals), Require.Present(generator), Require.Positive(count), seed);

    /// <summary>Labels data with a teacher's probabilities, as it is read.</summary>
    /// <param name="data">The data.</param>
    /// <param name="teacher">The teacher; the caller disposes it.</param>
    /// <param name="options">How; the defaults if not given.</param>
    /// <returns>The data with probabilities [N, C], or outputs, as labels.</returns>
    public static IDataSource LabeledBy(this IDataSource data, ITeacher teacher, LabelingOptions? options = null) =>
        new LabeledSource(Require.Present(data), Require.Present(teacher), options ?? new LabelingOptions());

    /// <summary>Chooses among labeled samples, such as a pool from a <see cref="SampleFile"/>.</summary>
    /// <param name="data">
    /// Samples with probabilities [N, C] as labels, by which they are judged: those of the teacher, or what they became with known ones.
    /// </param>
    /// <param name="filter">What is kept.</param>
    /// <param name="batchSize">How many samples are read at once; positive.</param>
    /// <returns>The samples that are kept, in memory; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">The labels are no probabilities, or the filter needs more than labels.</exception>
    /// <exception cref="InvalidOperationException">No sample is left; the message has the reason.</exception>
    public static KeptSamples Keep(this IDataSource data, SampleFilter filter, int batchSize = 512)
    {
        Require.Present(data);
        if (Require.Present(filter).NeedsTeacher)
        {
            throw new ArgumentException(
                $"{nameof(SampleFilter.MinAgreement)} and {nameof(SampleFilter.MustMatchKnown)} need the teacher, and labels alone are not enough. "
                + $"Use {nameof(LabelAndKeep)}.",
                nameof(filter));
        }

        return KeptSamples.Choose(data, filter, Opinion, batchSize);

        SamplePrediction Opinion(Batch batch) => batch.Labels is { } labels && labels.dim() == 2 && torch.is_floating_point(labels)
            ? new(labels, labels)
            : throw new ArgumentException(
                $"Samples are chosen by probabilities [N, C], but their labels are {Distillation.Shapes.Of(batch.Labels)} {batch.Labels?.dtype}. "
                + "Have a teacher label them.",
                nameof(data));
    }

    /// <summary>Labels samples with a teacher's probabilities, and keeps those of which it is sure enough.</summary>
    /// <param name="data">The samples, with known labels or without.</param>
    /// <param name="teacher">The teacher, which the caller disposes. For <see cref="SampleFilter.MinAgreement"/> its members run too.</param>
    /// <param name="filter">
    /// What is kept, by the teacher's probabilities at the temperature of <paramref name="labeling"/>, before known labels are blended in.
    /// </param>
    /// <param name="labeling">How it labels; the defaults if not given.</param>
    /// <param name="batchSize">The number of samples in a batch; positive.</param>
    /// <returns>The samples that are kept with their new labels, in memory; the caller disposes them.</returns>
    /// <exception cref="ArgumentException">The filter needs the agreement of members, and the teacher is no ensemble.</exception>
    /// <exception cref="InvalidOperationException">No sample is left; the message has the reason.</exception>
    public static KeptSamples LabelAndKeep(this IDataSource data, ITeacher teacher, SampleFilter filter, LabelingOptions? labeling = null, int batchSize = 512)
    {
        Require.Present(data);
        Require.Present(teacher);
        IEnsemble? several = Require.Present(filter).MinAgreement > 0 ? DelegatingTeacher.PartsOf(teacher).OfType<IEnsemble>().FirstOrDefault() : null;
        if (filter.MinAgreement > 0 && several is null)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{nameof(SampleFilter.MinAgreement)} is {filter.MinAgreement}, but the teacher, of type {teacher.GetType().Name}, is not several. "
                    + $"Take one that is an {nameof(IEnsemble)}, such as {nameof(EnsembleTeacher)}."),
                nameof(teacher));
        }

        LabelingOptions options = labeling ?? new LabelingOptions();
        if (!TaskRules.Of(options.Task).IsClassification)
        {
            throw new ArgumentException(
                $"Samples are chosen by the probabilities of one class of several, but the task is {options.Task.Name}.", nameof(labeling));
        }

        return KeptSamples.Choose(data, filter, Opinion, batchSize);

        SamplePrediction Opinion(Batch batch)
        {
            (Tensor probabilities, Tensor labels) = LabeledSource.Label(batch, teacher, options);
            Tensor likeliest = probabilities.argmax(1);
            Tensor? agreement = several is null ? null : MemberAgreement.Of(several, batch, likeliest, probabilities.size(1));
            Tensor? contradicts = filter.MustMatchKnown && batch.Labels is { } known
                ? Contradicts(likeliest, LabeledSource.Probabilities(known, probabilities.size(1), probabilities.dtype))
                : null;
            return new(probabilities, labels, agreement, contradicts);
        }

        // Of a known label of zeros, which is none, every class is the likeliest.
        static Tensor Contradicts(Tensor likeliest, Tensor known) => known.gather(1, likeliest.unsqueeze(1)).squeeze(1).less(known.amax([1]));
    }

    /// <summary>Does something to each sample that a generator makes.</summary>
    /// <param name="generator">Makes the samples.</param>
    /// <param name="next">Changes each of them.</param>
    /// <returns>A generator of both, whose samples keep the first one's originals: <c>new Smote().Then(new GaussianNoise(0.1))</c>.</returns>
    public static ISampleGenerator Then(this ISampleGenerator generator, SampleTransform next) =>
        new Compose(Require.Present(generator), Require.Present(next));

    /// <summary>Reads data whole, so that what is made or labeled at each reading is made and labeled once.</summary>
    /// <param name="data">The data; plain batches of one shape.</param>
    /// <param name="batchSize">How many samples are read at once; positive.</param>
    /// <returns>The data in memory; the caller disposes it.</returns>
    /// <exception cref="NotSupportedException">The batches carry more than inputs and labels.</exception>
    public static TensorData InMemory(this IDataSource data, int batchSize = 512)
    {
        Require.Present(data);
        Require.Positive(batchSize);
        using var scope = torch.NewDisposeScope();
        var batches = new List<Batch>();
        for (long start = 0; start < data.Count; start += batchSize)
        {
            batches.Add(data.Read(KeptAliveScalar.Arange(start, Math.Min(start + batchSize, data.Count))));
        }

        batches.ForEach(batch => PlainBatch.Require(batch, "Data in memory"));
        Tensor inputs = torch.cat([.. batches.Select(batch => batch.Inputs)]).DetachFromDisposeScope();
        Tensor? labels = batches[0].Labels is null ? null : torch.cat([.. batches.Select(batch => batch.Labels!)]).DetachFromDisposeScope();
        return TensorData.Owning(inputs, labels);
    }

    /// <summary>Puts old and new samples together.</summary>
    /// <param name="originals">The old samples; each comes as often as the share needs, rounded up to whole times.</param>
    /// <param name="pool">The new samples; each comes once.</param>
    /// <param name="poolShare">The share of new samples, in (0, 1). The default value is 0.75.</param>
    /// <returns>A view of both.</returns>
    public static IDataSource TogetherWith(this IDataSource originals, IDataSource pool, double poolShare = 0.75)
    {
        Require.Present(originals);
        Require.Present(pool);
        Require.Positive(poolShare);
        Require.BelowOne(poolShare);
        long wanted = (long)Math.Round(pool.Count * (1 - poolShare) / poolShare);
        IEnumerable<long> repeated = Enumerable.Range(0, (int)Math.Max(wanted, originals.Count)).Select(number => number % originals.Count);
        return Data.DataSourceExtensions.Concat(Data.DataSourceExtensions.Subset(originals, repeated), pool);
    }
}
