using System.IO.Compression;
using System.Text;

namespace Distillation.Tests.Serialization;

/// <summary>Files of PyTorch put together by hand. Pickles are texts whose letters are bytes.</summary>
internal static class Pickles
{
    /// <summary>One tensor, 'x': both numbers of a storage of two.</summary>
    public const string Right = "\u0080\u0002}X\u0001\0\0\0x" + Tensor + "s.";

    public const string Tensor = "ctorch._utils\n_rebuild_tensor_v2\n(" + Storage + "K\0K\u0002\u0085K\u0001\u0085\u0089NtR";

    public const string Storage = "(X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\00X\u0003\0\0\0cpuK\u0002tQ";

    private const string LegacyHead =
        "\u0080\u0002\u008a\u000al\u00fc\u009cF\u00f9 j\u00a8P\u0019.\u0080\u0002M\u00e9\u0003.\u0080\u0002}X\u000d\0\0\0little_endian\u0088s.";

    public static byte[] Bytes(string pickle) => Encoding.Latin1.GetBytes(pickle);

    public static byte[] Zip(string pickle) => Zip(Bytes(pickle));

    public static byte[] Zip(byte[] pickle) =>
        Zip(CompressionLevel.NoCompression, ("a/data.pkl", pickle), ("a/data/0", new byte[8]), ("a/version", "3\n"u8.ToArray()));

    /// <summary>With the two numbers of the storage.</summary>
    public static byte[] Zip(string pickle, float first, float second) =>
        Zip(CompressionLevel.NoCompression, ("a/data.pkl", Bytes(pickle)), ("a/data/0", [.. BitConverter.GetBytes(first), .. BitConverter.GetBytes(second)]));

    public static byte[] Zip(CompressionLevel level, params (string Name, byte[] Bytes)[] entries)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] bytes) in entries)
            {
                using Stream entry = archive.CreateEntry(name, level).Open();
                entry.Write(bytes);
            }
        }

        return stream.ToArray();
    }

    /// <summary>The format before zip files: a pickle, the list of storages as one, and the storages.</summary>
    public static byte[] Legacy(string pickle, string keys = "]X\u0001\0\0\00a.", long count = 2, int bytes = 8) =>
        [.. Bytes(LegacyHead + pickle + keys), .. BitConverter.GetBytes(count), .. new byte[bytes]];
}
