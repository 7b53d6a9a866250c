using Microsoft.Win32.SafeHandles;

namespace Distillation;

/// <summary>Reads from anywhere in a file until all is there.</summary>
internal static class WholeRead
{
    /// <exception cref="EndOfStreamException">The file ends before that.</exception>
    public static void Fill(SafeFileHandle file, Span<byte> bytes, long at, string name)
    {
        while (bytes.Length > 0)
        {
            int count = RandomAccess.Read(file, bytes, at);
            if (count == 0)
            {
                throw new EndOfStreamException($"'{name}' has become shorter since it was opened: there is nothing at byte {at}.");
            }

            bytes = bytes[count..];
            at += count;
        }
    }
}
