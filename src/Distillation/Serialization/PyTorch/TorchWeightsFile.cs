using Microsoft.Win32.SafeHandles;

namespace Distillation.Serialization;

/// <summary>
/// A file that PyTorch has written with <c>torch.save</c>, open for reading: the tensors of a <c>state_dict</c>, or of dictionaries, lists and tuples that hold
/// some.
/// </summary>
/// <remarks>
/// <para>
/// Both formats are read, that of PyTorch 1.6 and later (zip) and the one before. Such a file is a program that PyTorch runs; here nothing is run and nothing
/// of the file's choosing is constructed. Everything in it that is no tensor is passed over: numbers and texts, arrays of NumPy, objects of any class with all
/// that they hold. What an object has by key or by number, as subclasses of dictionaries and lists have, is read.
/// </para>
/// <para>
/// The name of a tensor is made of the keys that lead to it, and of numbers from 0 in lists and tuples, joined by dots. Keys that are no texts are written as
/// Python writes them: <c>0</c>, <c>None</c>, <c>('a', 1)</c>; an object as key gives the name of its class, <c>#</c> and its place. A file that is one tensor
/// has it under the empty name.
/// </para>
/// <para>
/// Opening checks that every tensor lies within its storage and every storage within the file. What is made of a file besides tensors is at most 64 MB and the
/// length of the file.
/// </para>
/// <para>Any number of threads may read at once.</para>
/// </remarks>
public sealed class TorchWeightsFile : ITensorFile
{
    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly Dictionary<string, (TensorInfo Info, StoredTensor Stored)> _tensors = [];

    private TorchWeightsFile(SafeFileHandle file, string path, string? within)
    {
        (_file, _path) = (file, path);
        var budget = new MemoryBudget(path, RandomAccess.GetLength(file));
        var naming = new TorchNames(budget, path);
        IReadOnlyList<(string Name, StoredTensor Tensor)> all = naming.Of(Content(file, path, budget));
        if (all.Count == 0 && naming.Others.MaxBy(one => one.HoldsTensors) is { } other)
        {
            throw new InvalidDataException($"'{path}' has no tensor that can be read: {other}. {PassedOver.WayOut}.");
        }

        string prefix = within is null ? string.Empty : $"{within}.";
        var names = new List<string>();
        foreach ((string name, StoredTensor stored) in all.Where(one => one.Name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            string own = name[prefix.Length..];
            names.Add(_tensors.TryAdd(own, (stored.Check(own, path), stored))
                ? own
                : throw new InvalidDataException($"'{path}' is refused: two of its tensors have the name '{name}'."));
        }

        Others =
            [.. naming.Others.Where(one => one.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(one => one with { Name = one.Name[prefix.Length..] })];
        Names = names.Count > 0 || within is null
            ? names
            : throw new ArgumentException(
                $"There is no tensor within '{within}' in '{path}';"
                + $" its {all.Count} tensors begin with: {string.Join(", ", all.Take(20).Select(one => one.Name))}."
                + $"{Explanation(naming.Others.FirstOrDefault(one => $"{within}.".StartsWith($"{one.Name}.", StringComparison.Ordinal)))}",
                nameof(within));
    }

    /// <summary>Gets the names of the tensors, in the order in which the file names them.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <inheritdoc/>
    IReadOnlyList<PassedOver> ITensorFile.Others => Others;

    private IReadOnlyList<PassedOver> Others { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="within">
    /// Where in the file the tensors are, such as <c>model</c>: only those whose names begin so are there, without it and the dot behind it. All by default.
    /// </param>
    /// <returns>The file; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">
    /// It is no file of <c>torch.save</c>, truncated, damaged or compressed; or there are only objects where tensors could be, and the message names one.
    /// </exception>
    /// <exception cref="ArgumentException">There is no tensor within <paramref name="within"/>.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static TorchWeightsFile Open(string path, string? within = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SafeFileHandle file = File.OpenHandle(path);
        try
        {
            return new TorchWeightsFile(file, path, within);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Looks for a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its shape and its type, or <see langword="null"/> where the file has no tensor of that name.</returns>
    public TensorInfo? Find(string name) => _tensors.GetValueOrDefault(name).Info;

    /// <summary>Reads a tensor.</summary>
    /// <remarks>Its strides are those that it had when it was saved: one that was not contiguous is not. Tensors that shared memory share none here.</remarks>
    /// <param name="name">Its name.</param>
    /// <returns>A new tensor on the CPU, in the current dispose scope.</returns>
    /// <exception cref="ArgumentException">There is no tensor of that name.</exception>
    /// <exception cref="InvalidDataException">It is of a type that cannot be read, or an object that was passed over.</exception>
    /// <exception cref="IOException">The file cannot be read, or has become shorter.</exception>
    public Tensor Read(string name)
    {
        ObjectDisposedException.ThrowIf(_file.IsClosed, this);
        if (!_tensors.TryGetValue(name, out (TensorInfo Info, StoredTensor Stored) one))
        {
            throw Others.FirstOrDefault(other => other.Name == name) is { } other
                ? new InvalidDataException($"'{_path}' has no tensor '{name}' that can be read:{Explanation(other)}")
                : new ArgumentException(
                    $"There is no tensor '{name}' in '{_path}'; its {Names.Count} tensors begin with: {string.Join(", ", Names.Take(20))}.", nameof(name));
        }

        torch.ScalarType type = one.Info.ScalarType
            ?? throw new InvalidDataException($"'{_path}' has '{name}' as {one.Info.Dtype}, but only {TensorType.Names} can be read.");
        using var scope = torch.NewDisposeScope();
        Tensor numbers = torch.empty([(one.Info.End - one.Info.Begin) / one.Stored.Type.Width], type);
        TensorBytes.InPieces(numbers, (bytes, at) => WholeRead.Fill(_file, bytes, one.Info.Begin + at, _path));
        if (one.Stored.IsNegated)
        {
            numbers.neg_();
        }

        return numbers.as_strided(one.Stored.Shape, one.Stored.Strides).MoveToOuterDisposeScope();
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>Whether a file begins as PyTorch's do, and not as safetensors files: those have a brace at byte eight.</summary>
    internal static bool Is(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        ReadOnlySpan<byte> beginning = FileBeginning.Read(file);
        return !(beginning.Length > SafetensorsLayout.LengthBytes && beginning[SafetensorsLayout.LengthBytes] == '{')
            && (TorchZipFormat.Is(beginning) || TorchLegacyFormat.Is(beginning));
    }

    private static string Explanation(PassedOver? other) => other is null ? string.Empty : $" {other}. {PassedOver.WayOut}.";

    private static object? Content(SafeFileHandle file, string path, MemoryBudget budget)
    {
        ReadOnlySpan<byte> beginning = FileBeginning.Read(file);
        return TorchZipFormat.Is(beginning) ? TorchZipFormat.Read(file, path, budget)
            : TorchLegacyFormat.Is(beginning) ? TorchLegacyFormat.Read(file, path, budget)
            : throw new InvalidDataException(
                $"'{path}' is no file that torch.save has written: {FileBeginning.NameOf(beginning) ?? "it must begin as a zip file or as a pickle"}.");
    }
}
