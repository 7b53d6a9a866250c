using Microsoft.Win32.SafeHandles;

namespace Distillation.Serialization;

/// <summary>The format of <c>torch.save</c> since PyTorch 1.6: a zip file with a pickle and a file for each storage.</summary>
internal static class TorchZipFormat
{
    private const string Pickle = "/data.pkl";

    /// <summary>Whether a file begins so.</summary>
    public static bool Is(ReadOnlySpan<byte> beginning) => beginning.StartsWith("PK"u8);

    /// <summary>Reads the pickle, and finds the storages.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or has what is not allowed.</exception>
    public static object? Read(SafeFileHandle file, string path, MemoryBudget budget)
    {
        var entries = new ZipEntries(file, path, budget);
        string[] folders = [.. entries.Names
            .Where(name => name.IndexOf('/', StringComparison.Ordinal) == name.Length - Pickle.Length && name.EndsWith(Pickle, StringComparison.Ordinal))
            .Select(name => name[..^Pickle.Length])
            .Take(2)];
        string folder = folders is [string only]
            ? only
            : throw new InvalidDataException(
                $"'{path}' is no file of PyTorch: it must have one folder with data.pkl, but has {(folders.Length == 0 ? "none" : "more")}.");
        if (entries.Names.Contains($"{folder}/constants.pkl"))
        {
            throw new InvalidDataException($"'{path}' is a TorchScript file: open it with torch.jit.load.");
        }

        if (Window("byteorder") is { } order && order.Text(order.Left) is not "little" and var other)
        {
            throw new InvalidDataException($"'{path}' cannot be read: its numbers must be little-endian, but are '{other}'.");
        }

        var objects = new TorchObjects(budget, path);
        object? value = new PickleReader(Window("data.pkl")!, objects, budget, path).Read();
        foreach (TorchStorage storage in objects.Storages)
        {
            (long begin, long end) = entries.Find($"{folder}/data/{storage.Key}")
                ?? throw new InvalidDataException($"'{path}' is damaged: there is no storage '{storage.Key}'.");
            storage.Begin = end - begin >= storage.Bytes
                ? begin
                : throw new InvalidDataException($"'{path}' is damaged: storage '{storage.Key}' must have {storage.Bytes} bytes, but has {end - begin}.");
        }

        return value;

        FileWindow? Window(string name) => entries.Find($"{folder}/{name}") is (long begin, long end) ? new FileWindow(file, begin, end, path, budget) : null;
    }
}
