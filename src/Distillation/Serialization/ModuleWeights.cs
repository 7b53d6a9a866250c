namespace Distillation.Serialization;

/// <summary>Keeps the weights of modules in safetensors files, and loads them from those or from files of PyTorch: parameters and buffers, by the names that <c>state_dict</c> has.</summary>
/// <remarks>A file has no code and nothing of the module but these tensors; buffers that a module does not keep are not in it.</remarks>
public static class ModuleWeights
{
    /// <summary>Writes the weights to a file, which then is whole or, if anything fails, what it was before.</summary>
    /// <remarks>A tensor that the module has under several names is written under each of them.</remarks>
    /// <param name="module">Any module, on any device.</param>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="metadata">Texts beside the weights; none by default.</param>
    /// <exception cref="ArgumentException">A tensor is of a type that files do not have: see <see cref="Safetensors.Write(string, IReadOnlyDictionary{string, Tensor}, IReadOnlyDictionary{string, string})"/>.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(torch.nn.Module module, string path, IReadOnlyDictionary<string, string>? metadata = null) =>
        Safetensors.Write(path, Require.Present(module).state_dict(), metadata);

    /// <summary>Reads weights from a safetensors file, or one that PyTorch has saved, into a module: its own tensors, where they are, get new values.</summary>
    /// <remarks>
    /// <para>Names, shapes and types are all checked before a value changes. Where the disk fails while values are read, some tensors have the new ones already.</para>
    /// <para>One tensor at a time is held in memory besides the module.</para>
    /// </remarks>
    /// <param name="module">Any module, on any device.</param>
    /// <param name="path">The file; its first bytes tell the format. Of PyTorch it may be what <see cref="TorchWeightsFile"/> reads.</param>
    /// <param name="options">Whether all must fit, and how names are translated.</param>
    /// <returns>What was loaded, and what was not.</returns>
    /// <exception cref="InvalidDataException">The file is neither, truncated or damaged; or it does not fit, and <see cref="WeightsOptions.Strict"/> asks for that.</exception>
    /// <exception cref="ArgumentException"><see cref="WeightsOptions.Rename"/> gives two tensors the same name.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static WeightsReport Load(torch.nn.Module module, string path, WeightsOptions? options = null)
    {
        Dictionary<string, Tensor> state = Require.Present(module).state_dict();
        options ??= new WeightsOptions();
        using ITensorFile file = Open(path);
        (Dictionary<string, TensorInfo> found, List<string> unexpected) = Find(file, state, options.Rename ?? (name => name));
        WeightsMismatch[] mismatched =
        [
            .. found.Where(one => !Fits(one.Value, state[one.Key], options.ConvertTypes)).Select(one => new WeightsMismatch(one.Key, one.Value, state[one.Key].shape, state[one.Key].dtype)),
        ];
        var there = found.Keys.Select(name => state[name]).ToHashSet(ReferenceEqualityComparer.Instance);
        var report = new WeightsReport(
            [.. found.Keys.Except(mismatched.Select(one => one.Name))],
            [.. state.Where(one => !there.Contains(one.Value)).Select(one => one.Key)],
            unexpected,
            mismatched);
        if (options.Strict && !report.IsComplete)
        {
            throw new InvalidDataException($"'{path}' does not fit the module, and nothing was loaded. {report with { Loaded = [] }} Rename what is called otherwise, or load what fits with {nameof(WeightsOptions.Strict)} = false.");
        }

        using var noGradient = torch.no_grad();
        foreach (string name in report.Loaded)
        {
            using Tensor values = file.Read(found[name].Name);
            state[name].copy_(values);
        }

        return report;
    }

    private static ITensorFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return TorchWeightsFile.Is(path) ? TorchWeightsFile.Open(path) : SafetensorsFile.Open(path);
    }

    private static (Dictionary<string, TensorInfo> Found, List<string> Unexpected) Find(ITensorFile file, Dictionary<string, Tensor> state, Func<string, string?> rename)
    {
        var found = new Dictionary<string, TensorInfo>();
        var unexpected = new List<string>();
        foreach (string name in file.Names)
        {
            if (rename(name) is not { } renamed)
            {
                continue;
            }

            if (!state.ContainsKey(renamed))
            {
                unexpected.Add(name);
            }
            else if (!found.TryAdd(renamed, file.Find(name)!))
            {
                throw new ArgumentException($"{nameof(WeightsOptions.Rename)} must give each tensor another name, but calls both '{found[renamed].Name}' and '{name}' '{renamed}'.", nameof(rename));
            }
        }

        return (found, unexpected);
    }

    private static bool Fits(TensorInfo info, Tensor tensor, bool convert) =>
        tensor.shape.SequenceEqual(info.Shape)
        && info.ScalarType is { } type
        && (type == tensor.dtype || (convert && torch.is_floating_point(type) && torch.is_floating_point(tensor.dtype)));
}
