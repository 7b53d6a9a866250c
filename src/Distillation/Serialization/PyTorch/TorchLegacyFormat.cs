using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Microsoft.Win32.SafeHandles;

namespace Distillation.Serialization;

/// <summary>The format of <c>torch.save</c> before PyTorch 1.6: five pickles behind each other, and the storages in the order of the last one.</summary>
internal static class TorchLegacyFormat
{
    private const long Version = 1001;

    private static readonly BigInteger Magic = BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>Whether a file begins so: as a pickle, or, where the pickle has no protocol number, with the number of the format.</summary>
    public static bool Is(ReadOnlySpan<byte> beginning) => beginning is [(byte)PickleCode.Proto, ..] || beginning.StartsWith("L1195470371"u8);

    /// <summary>Reads the pickles, and finds the storages.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or has what is not allowed.</exception>
    public static object? Read(SafeFileHandle file, string path, MemoryBudget budget)
    {
        var window = new FileWindow(file, 0, RandomAccess.GetLength(file), path, budget);
        var objects = new TorchObjects(budget, path);
        var reader = new PickleReader(window, objects, budget, path);
        if (reader.Read() is not BigInteger magic || magic != Magic || reader.Read() is not Version)
        {
            throw new InvalidDataException($"'{path}' is a pickle, but none that torch.save writes: it must begin with {Magic} and {Version}.");
        }

        if (reader.Read() is not PickleDictionary system || !system.Contains(new("little_endian", true)))
        {
            throw new InvalidDataException($"'{path}' cannot be read: its numbers must be marked as little-endian.");
        }

        object? value = reader.Read();
        if (objects.UnknownStorages.FirstOrDefault() is { Key: { } unknown, Value: { } type })
        {
            throw new InvalidDataException(
                $"'{path}' cannot be read: storage '{unknown}' is a {type.Name}, and where it ends is not known. "
                + "Save the file again with PyTorch 1.6 or later.");
        }

        if (reader.Read() is not List<object?> keys || keys.Count != objects.Storages.Count || keys.Distinct().Count() != keys.Count)
        {
            throw new InvalidDataException($"'{path}' is damaged: the list of its storages must have each of {objects.Storages.Count} once.");
        }

        foreach (object? key in keys)
        {
            TorchStorage storage = objects.FindStorage(key as string ?? string.Empty)
                ?? throw new InvalidDataException($"'{path}' is damaged: no tensor has storage '{key}'.");
            long count = BinaryPrimitives.ReadInt64LittleEndian(window.Bytes(sizeof(long)));
            storage.Begin = count == storage.Count
                ? window.Position
                : throw new InvalidDataException($"'{path}' is damaged: storage '{key}' must have {storage.Count} numbers, but has {count}.");
            window.Skip(storage.Bytes);
        }

        return window.AtEnd ? value : throw new InvalidDataException($"'{path}' is damaged: its storages must end with it, but end at byte {window.Position}.");
    }
}
