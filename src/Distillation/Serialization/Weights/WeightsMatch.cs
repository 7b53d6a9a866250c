namespace Distillation.Serialization;

/// <summary>Which tensor of a file belongs to which of a module.</summary>
/// <param name="Report">What would be loaded, and what not.</param>
/// <param name="Found">The tensors of the file by the names of the module.</param>
/// <param name="Twice">A name that two tensors of the file would have in the module, with one of them; none where all names differ.</param>
internal sealed record WeightsMatch(WeightsReport Report, Dictionary<string, TensorInfo> Found, (string Name, TensorInfo Tensor)? Twice)
{
    private const string Counter = ".num_batches_tracked";
    private const string BesideCounter = ".running_mean";

    private static readonly Dictionary<torch.ScalarType, torch.ScalarType[]> Within = new()
    {
        [torch.ScalarType.Int8] = [torch.ScalarType.Int16, torch.ScalarType.Int32, torch.ScalarType.Int64],
        [torch.ScalarType.Byte] = [torch.ScalarType.Int16, torch.ScalarType.Int32, torch.ScalarType.Int64],
        [torch.ScalarType.Int16] = [torch.ScalarType.Int32, torch.ScalarType.Int64],
        [torch.ScalarType.Int32] = [torch.ScalarType.Int64],
    };

    /// <summary>Gets whether all of the module is in the file, and nothing else.</summary>
    public bool IsComplete => Twice is null && Report.IsComplete;

    /// <summary>Compares a file with the tensors of a module.</summary>
    /// <param name="file">The tensors of the file.</param>
    /// <param name="state">Those of the module.</param>
    /// <param name="rename">The name in the module of a name in the file; nothing where the tensor is left out.</param>
    /// <param name="convert">Whether types may differ.</param>
    public static WeightsMatch Of(IReadOnlyCollection<TensorInfo> file, Dictionary<string, Tensor> state, Func<string, string?> rename, bool convert)
    {
        var found = new Dictionary<string, TensorInfo>();
        var unexpected = new List<string>();
        (string, TensorInfo)? twice = null;
        foreach (TensorInfo info in file)
        {
            if (rename(info.Name) is not { } name)
            {
                continue;
            }

            if (!state.ContainsKey(name))
            {
                unexpected.Add(info.Name);
            }
            else if (!found.TryAdd(name, info))
            {
                twice ??= (name, info);
            }
        }

        WeightsMismatch[] mismatched =
        [
            .. found.Where(one => !Fits(one.Value, state[one.Key], convert))
                .Select(one => new WeightsMismatch(one.Key, one.Value, state[one.Key].shape, state[one.Key].dtype)),
        ];
        var there = found.Keys.Select(name => state[name]).ToHashSet(ReferenceEqualityComparer.Instance);
        return new WeightsMatch(
            new WeightsReport(
                [.. found.Keys.Except(mismatched.Select(one => one.Name))],
                [.. state.Where(one => !there.Contains(one.Value) && !IsOldCounter(one.Key, found)).Select(one => one.Key)],
                unexpected,
                mismatched),
            found,
            twice);
    }

    private static bool Fits(TensorInfo info, Tensor tensor, bool convert) =>
        tensor.shape.SequenceEqual(info.Shape)
        && info.ScalarType is { } type
        && (type == tensor.dtype || (convert && ((torch.is_floating_point(type) && torch.is_floating_point(tensor.dtype))
            || (Within.TryGetValue(type, out torch.ScalarType[]? wider) && wider.Contains(tensor.dtype)))));

    // Batch normalization counts its batches since PyTorch 0.4.1; PyTorch takes older weights as they are.
    private static bool IsOldCounter(string name, Dictionary<string, TensorInfo> found) =>
        $".{name}".EndsWith(Counter, StringComparison.Ordinal)
        && found.ContainsKey($".{name}"[1..^Counter.Length] is { Length: > 0 } layer ? $"{layer}{BesideCounter}" : BesideCounter[1..]);
}
