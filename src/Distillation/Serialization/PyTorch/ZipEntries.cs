using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Distillation.Serialization;

/// <summary>Where the files in a zip file lie. Nothing is unpacked: what is not stored as it is cannot be found.</summary>
/// <remarks>
/// The archive of the runtime gives streams, and of them one at a time; here the place itself is wanted, to read tensors from any thread straight to where they
/// belong.
/// </remarks>
internal sealed class ZipEntries
{
    private const uint EntrySignature = 0x02014b50;
    private const uint LocalSignature = 0x04034b50;
    private const int EntryBytes = 46;
    private const int LocalBytes = 30;
    private const ushort WideSizes = 1;

    private readonly Dictionary<string, (long At, long Length, bool Packed)> _entries = [];
    private readonly SafeFileHandle _file;
    private readonly string _path;

    public ZipEntries(SafeFileHandle file, string path, MemoryBudget budget)
    {
        (_file, _path) = (file, path);
        (long begin, long end, ulong count) = ZipDirectory.Find(file, path);
        var window = new FileWindow(file, begin, end, path, budget);
        ulong read = 0;
        for (; !window.AtEnd; read++)
        {
            budget.Spend(2 * MemoryBudget.ValueBytes);
            (string name, long at, long length, bool isPacked) = Entry(window);
            if (!_entries.TryAdd(name, (at, length, isPacked)))
            {
                throw Wrong($"every entry must come once, but '{name}' comes twice");
            }
        }

        if (read != count)
        {
            throw Wrong($"it must have {count} entries, but has {read}");
        }
    }

    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>The bytes of an entry in the file.</summary>
    /// <returns>Nothing where there is no such entry.</returns>
    /// <exception cref="InvalidDataException">It is compressed, or not in the file.</exception>
    public (long Begin, long End)? Find(string name)
    {
        if (!_entries.TryGetValue(name, out (long At, long Length, bool Packed) entry))
        {
            return null;
        }

        if (entry.Packed)
        {
            throw Wrong($"'{name}' is compressed or encrypted, but PyTorch stores weights as they are");
        }

        Span<byte> local = stackalloc byte[LocalBytes];
        long most = RandomAccess.GetLength(_file) - LocalBytes;
        if (entry.At > most)
        {
            throw Wrong($"'{name}' must begin by byte {most}, but begins at {entry.At}");
        }

        WholeRead.Fill(_file, local, entry.At, _path);
        long begin = entry.At + LocalBytes + BinaryPrimitives.ReadUInt16LittleEndian(local[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(local[28..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(local) == LocalSignature && begin <= RandomAccess.GetLength(_file) - entry.Length
            ? (begin, begin + entry.Length)
            : throw Wrong($"'{name}' must be {entry.Length} bytes at byte {begin}, but is not there");
    }

    private (string Name, long At, long Length, bool Packed) Entry(FileWindow window)
    {
        ReadOnlySpan<byte> fixedPart = window.Bytes(EntryBytes);
        uint signature = BinaryPrimitives.ReadUInt32LittleEndian(fixedPart);
        int flags = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[8..]);
        int method = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[10..]);
        ulong packed = BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[20..]);
        ulong length = BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[24..]);
        int nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[28..]);
        int extraBytes = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[30..]);
        int commentBytes = BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[32..]);
        ulong at = BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[42..]);
        if (signature != EntrySignature)
        {
            throw Wrong($"there is no entry at byte {window.Position - EntryBytes}");
        }

        string name = window.Text(nameBytes) ?? throw Wrong($"the name of the entry before byte {window.Position} is not in UTF-8");
        Widen(window, window.Position + extraBytes, ref length, ref packed, ref at);
        window.Skip(commentBytes);
        bool isPacked = method != 0 || packed != length || (flags & 1) != 0;
        return length <= long.MaxValue && at <= long.MaxValue
            ? (name, (long)at, (long)length, isPacked)
            : throw Wrong($"'{name}' is {length} bytes at byte {at}");
    }

    // What is too large for 32 bits stands, in this order, in a field behind the name.
    private static void Widen(FileWindow window, long end, ref ulong length, ref ulong packed, ref ulong at)
    {
        while (end - window.Position >= 4)
        {
            ReadOnlySpan<byte> head = window.Bytes(4);
            ushort id = BinaryPrimitives.ReadUInt16LittleEndian(head);
            long next = Math.Min(end, window.Position + BinaryPrimitives.ReadUInt16LittleEndian(head[2..]));
            if (id == WideSizes)
            {
                WidenOne(window, next, ref length);
                WidenOne(window, next, ref packed);
                WidenOne(window, next, ref at);
            }

            window.Skip(next - window.Position);
        }

        window.Skip(end - window.Position);
    }

    private static void WidenOne(FileWindow window, long end, ref ulong value)
    {
        if (value == uint.MaxValue && end - window.Position >= sizeof(ulong))
        {
            value = BinaryPrimitives.ReadUInt64LittleEndian(window.Bytes(sizeof(ulong)));
        }
    }

    private InvalidDataException Wrong(string what) => new($"'{_path}' is damaged, or no file of PyTorch: {what}.");
}
