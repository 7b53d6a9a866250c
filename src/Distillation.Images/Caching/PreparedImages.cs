using System.Runtime.ExceptionServices;
using Distillation.Images.Decoding;
using Distillation.Images.Folders;

namespace Distillation.Images.Caching;

/// <summary>The prepared pixels of files, from the caches or decoded. Methods can be called from several threads at once.</summary>
internal sealed class PreparedImages(IReadOnlyList<ImageEntry> entries, ImageOptions options, ImageFolderOptions folderOptions)
{
    private readonly MemoryCache _memory = new(entries.Count, folderOptions.MemoryCacheBytes);
    private readonly DiskCache? _disk = folderOptions.CacheDirectory is { } directory ? new DiskCache(directory, options) : null;
    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = folderOptions.DecodingThreads };

    /// <summary>Reads images on several threads.</summary>
    /// <param name="numbers">The numbers of the images; one may come twice.</param>
    /// <returns>The pixels of each, in order.</returns>
    /// <exception cref="InvalidDataException">Images cannot be read; the message has the first of them in the order of the numbers.</exception>
    public byte[][] Read(int[] numbers)
    {
        int[] distinct = [.. numbers.Distinct()];
        var failures = new string?[distinct.Length];
        var pixels = new Dictionary<int, byte[]>(distinct.Length);
        OnThreads(distinct.Length, i =>
        {
            failures[i] = TryRead(distinct[i], out byte[] read);
            lock (pixels)
            {
                pixels[distinct[i]] = read;
            }
        });

        return Array.Find(failures, failure => failure is not null) is { } first
            ? throw new InvalidDataException(first)
            : Array.ConvertAll(numbers, number => pixels[number]);
    }

    /// <summary>Decodes every image and returns why each cannot be read, or <see langword="null"/> for those that can.</summary>
    public string?[] Check()
    {
        var failures = new string?[entries.Count];
        OnThreads(failures.Length, number => failures[number] = TryRead(number, out _));
        return failures;
    }

    // What fails in a cache is not the image's fault and leaves as it is.
    private string? TryRead(int number, out byte[] pixels)
    {
        pixels = _memory.Find(number) ?? [];
        if (pixels.Length > 0)
        {
            return null;
        }

        string path = entries[number].Path;
        byte[] encoded;
        try
        {
            encoded = BoundedFile.Read(path, options.MaxFileBytes);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return exception.Message;
        }

        if (_disk?.Find(encoded) is { } kept)
        {
            pixels = kept;
        }
        else
        {
            try
            {
                pixels = ImageDecoder.Decode(encoded, options, path);
            }
            catch (InvalidDataException exception)
            {
                return exception.Message;
            }

            _disk?.Keep(encoded, pixels);
        }

        _memory.Keep(number, pixels);
        return null;
    }

    private void OnThreads(int count, Action<int> read)
    {
        try
        {
            Parallel.For(0, count, _parallel, read);
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }
    }
}
