using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Distillation.Images.Decoding;
using Distillation.Serialization;
using SkiaSharp;

namespace Distillation.Images.Caching;

/// <summary>Prepared images in files, by the digest of the encoded image and of what prepares it.</summary>
/// <remarks>A file is the pixels with their SHA-256 behind them.</remarks>
internal sealed class DiskCache
{
    private readonly string _directory;
    private readonly string _ending;
    private readonly int _length;

    public DiskCache(string directory, ImageOptions options)
    {
        _directory = Directory.CreateDirectory(directory).FullName;
        _length = options.ValueCount;
        string preparation = string.Create(
            CultureInfo.InvariantCulture,
            $"{ImageDecoder.Version} {typeof(SKCodec).Assembly.GetName().Version} {options.Height} {options.Width} {options.Resize} {options.Interpolation} "
            + $"{options.Channels} {options.Background} {options.MaxPixels}");
        _ending = $"-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(preparation)).AsSpan(0, 8))}.pixels";
    }

    /// <summary>Returns the pixels of an encoded image, or <see langword="null"/> where there are none or damaged ones.</summary>
    public byte[]? Find(ReadOnlySpan<byte> encoded)
    {
        string path = PathOf(encoded);
        if (!File.Exists(path))
        {
            return null;
        }

        byte[] stored = File.ReadAllBytes(path);
        return stored.Length == _length + SHA256.HashSizeInBytes && SHA256.HashData(stored.AsSpan(0, _length)).AsSpan().SequenceEqual(stored.AsSpan(_length))
            ? stored[.._length]
            : null;
    }

    public void Keep(ReadOnlySpan<byte> encoded, byte[] pixels)
    {
        byte[] stored = [.. pixels, .. SHA256.HashData(pixels)];
        AtomicFile.Replace(PathOf(encoded), stored);
    }

    private string PathOf(ReadOnlySpan<byte> encoded)
    {
        string digest = Convert.ToHexStringLower(SHA256.HashData(encoded));
        return Path.Combine(_directory, digest[..2], digest + _ending);
    }
}
