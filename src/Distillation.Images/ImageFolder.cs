using Distillation.Data;
using Distillation.Images.Caching;
using Distillation.Images.Decoding;
using Distillation.Images.Folders;

namespace Distillation.Images;

/// <summary>Images in files as a data source: inputs [N, C, H, W] float32 and, where images have classes, labels [N] int64.</summary>
/// <remarks>
/// <para>
/// Files are read when a batch needs them. The first frame of JPEG, PNG, BMP, WebP and GIF files is read; the extension decides which files of a directory are
/// images, and the content which format they have. The order depends on names alone: classes in ordinal order as in <c>ImageFolder</c> of torchvision, and in
/// each the files of one directory after the other.
/// </para>
/// <para>The same files and options give the same bits, with any number of threads and any cache. Batches can be read from several threads at once.</para>
/// </remarks>
public sealed partial class ImageFolder : IDataSource
{
    private const int LoadedAtOnce = 64;

    private readonly PreparedImages _images;
    private readonly int[] _entries;
    private readonly long[]? _classIds;

    private ImageFolder(ImageListing listing, ImageOptions options, ImageFolderOptions? folderOptions)
    {
        folderOptions ??= new();
        Options = Require.Present(options).Checked();
        ClassNames = ImageClasses.NamesOf(listing.Entries, folderOptions.ClassNames);
        long[]? ids = ImageClasses.IdsOf(listing.Entries, ClassNames);
        Ignored = listing.Ignored;
        _images = new PreparedImages(listing.Entries, options, folderOptions);
        string?[] failures = folderOptions.BrokenImages == BrokenImages.RefuseWhenRead ? new string?[listing.Entries.Count] : _images.Check();
        Broken =
        [
            .. failures.Zip(listing.Entries, (reason, entry) => (entry.Path, Reason: reason))
                .Where(file => file.Reason is not null)
                .Select(file => new BrokenImage { Path = file.Path, Reason = file.Reason! }),
        ];
        _entries = [.. Enumerable.Range(0, failures.Length).Where(entry => failures[entry] is null)];
        if (Broken.Count > 0 && (folderOptions.BrokenImages == BrokenImages.Refuse || _entries.Length == 0))
        {
            throw new InvalidDataException(
                $"All images must be readable, but {Broken.Count} of {failures.Length} are not. Repair or remove them, or leave them out with "
                + $"{nameof(BrokenImages)}.{nameof(BrokenImages.Skip)}:{Environment.NewLine}{FirstBroken()}");
        }

        _classIds = ids is null ? null : Array.ConvertAll(_entries, entry => ids[entry]);
        Paths = Array.ConvertAll(_entries, entry => listing.Entries[entry].Path);
    }

    /// <summary>Gets how images are prepared.</summary>
    public ImageOptions Options { get; }

    /// <summary>Gets the path of each image, in the order of their numbers.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>Gets the names of the classes, in the order of their ids; empty where images have none.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Gets the class id of each image, in the order of their numbers, for <see cref="Split.Stratified"/>.</summary>
    /// <value><see langword="null"/> where images have no classes.</value>
    public IReadOnlyList<long>? ClassIds => _classIds;

    /// <summary>Gets the files that <see cref="BrokenImages.Skip"/> left out.</summary>
    public IReadOnlyList<BrokenImage> Broken { get; }

    /// <summary>Gets the files that are not read because their extension is none of an image's.</summary>
    public IReadOnlyList<string> Ignored { get; }

    /// <summary>Gets what a program needs besides the model: class names and options, to be saved with it.</summary>
    public ImagePreprocessing Preprocessing => new() { ClassNames = ClassNames, Options = Options };

    /// <inheritdoc/>
    public long Count => _entries.Length;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A number is not in the folder.</exception>
    /// <exception cref="InvalidDataException">An image cannot be read; the message names the file.</exception>
    public Batch Read(Tensor indices)
    {
        long[] numbers = Require.Present(indices).data<long>().ToArray();
        int wrong = Array.FindIndex(numbers, number => number < 0 || number >= Count);
        if (wrong >= 0)
        {
            throw new ArgumentException($"Numbers of samples must be in [0, {Count - 1}], but one is {numbers[wrong]}.", nameof(indices));
        }

        byte[][] pixels = _images.Read(Array.ConvertAll(numbers, number => _entries[number]));
        return new Batch(
            PixelTensor.Of(pixels, Options),
            _classIds is null ? null : torch.tensor(Array.ConvertAll(numbers, number => _classIds[number])),
            indices);
    }

    /// <summary>Reads all images into memory: 4 · C · H · W bytes each.</summary>
    /// <returns>Inputs [N, C, H, W] float32 and labels [N] int64, if there are any; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">An image cannot be read; the message names the file.</exception>
    public TensorData Load()
    {
        using var scope = torch.NewDisposeScope();
        Tensor inputs = torch.empty([Count, Options.ChannelCount, Options.Height, Options.Width], torch.ScalarType.Float32);
        for (long start = 0; start < Count; start += LoadedAtOnce)
        {
            using var step = torch.NewDisposeScope();
            int[] entries = _entries[(int)start..(int)Math.Min(start + LoadedAtOnce, Count)];
            inputs.narrow(0, start, entries.Length).copy_(PixelTensor.Of(_images.Read(entries), Options));
        }

        return TensorData.Owning(inputs, _classIds is null ? null : torch.tensor(_classIds));
    }

    /// <summary>Cuts the images in two, every class by the same share.</summary>
    /// <param name="trainShare">The share of each class in the first part, in (0, 1).</param>
    /// <param name="seed">Any number; the same one gives the same cut.</param>
    /// <returns>Views of the two parts.</returns>
    /// <exception cref="InvalidOperationException">The images have no classes.</exception>
    public (IDataSource Train, IDataSource HeldOut) SplitStratified(double trainShare, int seed = 0)
    {
        long[] ids = _classIds
            ?? throw new InvalidOperationException($"The images have no classes. Cut them with {nameof(Split)}.{nameof(Split.Random)}.");
        Fold fold = Split.Stratified(ids, trainShare, seed);
        return (this.Subset(fold.Train), this.Subset(fold.HeldOut));
    }

    /// <summary>Describes the images: how many of each class, their shape, and what was left out.</summary>
    /// <returns>A few lines.</returns>
    public string Describe()
    {
        string classes = _classIds is null
            ? "without classes"
            : $"of {ClassNames.Count} classes: {string.Join(", ", ClassNames.Select((name, id) => $"{name} {_classIds.Count(one => one == id)}"))}";
        string shape = $"  [{Options.ChannelCount}, {Options.Height}, {Options.Width}] each; {Broken.Count} broken and {Ignored.Count} other files left out";
        return string.Join(Environment.NewLine, [$"{Count} images {classes}", shape, .. Broken.Count > 0 ? [FirstBroken()] : Array.Empty<string>()]);
    }

    private string FirstBroken()
    {
        const int Shown = 10;
        IEnumerable<string> lines = Broken.Take(Shown).Select(image => $"  {image.Reason}");
        return string.Join(Environment.NewLine, Broken.Count > Shown ? lines.Append($"  and {Broken.Count - Shown} more") : lines);
    }
}
