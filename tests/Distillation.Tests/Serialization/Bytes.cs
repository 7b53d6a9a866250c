using System.Buffers.Binary;
using System.Text;

namespace Distillation.Tests.Serialization;

/// <summary>Safetensors files put together by hand from the definition of the format.</summary>
internal static class Bytes
{
    /// <summary>A header of any text, with its length in front, and what follows it.</summary>
    public static byte[] File(string header, params byte[] data) => File(Encoding.UTF8.GetBytes(header), data);

    public static byte[] File(byte[] header, byte[] data)
    {
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return [.. length, .. header, .. data];
    }
}
