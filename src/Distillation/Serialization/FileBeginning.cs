using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Distillation.Serialization;

/// <summary>Recognizes, by how they begin, files that stand in the place of others.</summary>
internal static class FileBeginning
{
    /// <summary>How many bytes are enough to recognize one.</summary>
    public const int Length = 64;

    public static byte[] Read(SafeFileHandle file)
    {
        byte[] beginning = new byte[Length];
        return beginning[..RandomAccess.Read(file, beginning, 0)];
    }

    /// <summary>Whether a file that begins so is a pointer of Git LFS.</summary>
    public static bool IsPointer(ReadOnlySpan<byte> beginning) => beginning.StartsWith("version https://git-lfs."u8);

    /// <summary>What a file that begins so is, for a message that ends with it; nothing where it is none of these.</summary>
    public static string? NameOf(ReadOnlySpan<byte> beginning)
    {
        string text = Encoding.Latin1.GetString(beginning).TrimStart();
        return beginning.IsEmpty ? "it is empty"
            : IsPointer(beginning) ? "it is a pointer of Git LFS, which stands for the file; `git lfs pull` gets the file itself"
            : text.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
                ? "it is an HTML page, which a server has sent in its place"
            : beginning.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]) ? "it is packed with gzip, and must be unpacked first"
            : null;
    }
}
