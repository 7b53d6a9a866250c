namespace Distillation.Images;

/// <summary>How an <see cref="ImageFolder"/> reads its files. None of it changes a bit of an image.</summary>
public sealed record ImageFolderOptions
{
    /// <summary>Gets what happens with files that cannot be read.</summary>
    /// <value>The default is <see cref="Images.BrokenImages.Refuse"/>.</value>
    public BrokenImages BrokenImages { get; init => field = Require.Defined(value); }

    /// <summary>Gets the number of images that are decoded at the same time.</summary>
    /// <value>
    /// The default is the number of processors. With <c>TrainerOptions.Prefetch</c> batches are decoded ahead, while the model learns from the ones before.
    /// </value>
    public int DecodingThreads { get; init => field = Require.Positive(value); } = Environment.ProcessorCount;

    /// <summary>
    /// Gets the bytes of memory for prepared images, C · H · W bytes each. The first images that are read are kept until it is full; the others are decoded
    /// again each time.
    /// </summary>
    /// <value>The default is 0: none is kept.</value>
    public long MemoryCacheBytes { get; init => field = Require.NotNegative(value); }

    /// <summary>Gets the directory of prepared images, by the SHA-256 of the file and of what prepares it; it is made if it is missing.</summary>
    /// <value>
    /// The default is <see langword="null"/>: none is kept on the disk. Processes and folders may share one. Files whose content changes are prepared anew, and
    /// what is damaged in the directory is replaced. Nothing is ever deleted.
    /// </value>
    public string? CacheDirectory { get; init => field = value is null ? null : Require.Text(value); }

    /// <summary>Gets the names of the classes, in the order of their ids: those of the training data, for a folder of test data.</summary>
    /// <value>
    /// The default is <see langword="null"/>: the names that occur, in ordinal order. With names, any other class is refused, and one may have no images.
    /// </value>
    public IReadOnlyList<string>? ClassNames { get; init => field = value is null ? null : Distinct(value); }

    private static string[] Distinct(IReadOnlyList<string> classNames)
    {
        string? twice = classNames.Select(name => Require.Text(name, nameof(ClassNames)))
            .GroupBy(name => name, StringComparer.Ordinal)
            .FirstOrDefault(group => group.Count() > 1)?.Key;
        return classNames.Count > 0 && twice is null
            ? [.. classNames]
            : throw new ArgumentException(
                twice is null ? $"{nameof(ClassNames)} must have at least one name." : $"{nameof(ClassNames)} must be distinct, but '{twice}' occurs twice.",
                nameof(classNames));
    }
}
