namespace Distillation.Serialization;

/// <summary>
/// Keeps the weights of modules in safetensors files, and loads them from those or from files of PyTorch: parameters and buffers, by the names that
/// <c>state_dict</c> has.
/// </summary>
/// <remarks>A file has no code and nothing of the module but these tensors; buffers that a module does not keep are not in it.</remarks>
public static class ModuleWeights
{
    /// <summary>Writes the weights to a file, which then is whole or, if anything fails, what it was before. A directory that is not there is made.</summary>
    /// <remarks>A tensor that the module has under several names is written under each of them.</remarks>
    /// <param name="module">Any module, on any device.</param>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="metadata">Texts beside the weights; none by default.</param>
    /// <exception cref="ArgumentException">
    /// A tensor is of a type that files do not have: see
    /// <see cref="Safetensors.Write(string, IReadOnlyDictionary{string, Tensor}, IReadOnlyDictionary{string, string})"/>.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(torch.nn.Module module, string path, IReadOnlyDictionary<string, string>? metadata = null) =>
        Safetensors.Write(path, Require.Present(module).state_dict(), metadata);

    /// <summary>Reads weights from a safetensors file, or one that PyTorch has saved, into a module: its own tensors, where they are, get new values.</summary>
    /// <remarks>
    /// <para>
    /// Names, shapes and types are all checked before a value changes. Where the disk fails while values are read, some tensors have the new ones already.
    /// </para>
    /// <para>One tensor at a time is held in memory besides the module.</para>
    /// </remarks>
    /// <param name="module">Any module, on any device.</param>
    /// <param name="path">The file; its first bytes determine the format. Of PyTorch it may be what <see cref="TorchWeightsFile"/> reads.</param>
    /// <param name="options">Whether all must fit, and how names are translated.</param>
    /// <returns>What was loaded, and what was not.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is neither, truncated or damaged; or it does not fit, and <see cref="WeightsOptions.Strict"/> requires that. Where names differ by a prefix or
    /// by a piece within, the message has the <see cref="WeightsOptions.Rename"/> with which all fits.
    /// </exception>
    /// <exception cref="ArgumentException"><see cref="WeightsOptions.Rename"/> gives two tensors the same name.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static WeightsReport Load(torch.nn.Module module, string path, WeightsOptions? options = null)
    {
        Dictionary<string, Tensor> state = Require.Present(module).state_dict();
        options ??= new WeightsOptions();
        using ITensorFile file = Open(path);
        TensorInfo[] infos = [.. file.Names.Select(name => file.Find(name)!)];
        WeightsMatch match = WeightsMatch.Of(infos, state, options.Rename ?? (name => name), options.ConvertTypes);
        if (match.Twice is { } twice)
        {
            throw new ArgumentException(
                $"{nameof(WeightsOptions.Rename)} must give each tensor another name, but calls both '{match.Found[twice.Name].Name}' and "
                + $"'{twice.Tensor.Name}' '{twice.Name}'.",
                nameof(options));
        }

        WeightsReport report = match.Report;
        if (options.Strict && !report.IsComplete)
        {
            string[] ways =
            [
                $"'{path}' does not fit the module, and nothing was loaded. {report with { Loaded = [] }}",
                .. Explanations(file.Others, report.Missing),
                options.Rename is null && RenameSuggestion.Of(infos, state, report, options.ConvertTypes) is { Count: > 0 } suggestions
                    ? $"All would fit with new {nameof(WeightsOptions)} {{ {nameof(WeightsOptions.Rename)} "
                        + $"= {string.Join(" }, or with { Rename = ", suggestions.Select(one => one.Code))} }}."
                    : $"{nameof(WeightsOptions.Rename)} what is called otherwise, or load what fits with {nameof(WeightsOptions.Strict)} = false.",
            ];
            throw new InvalidDataException(string.Join(' ', ways));
        }

        using var noGradient = torch.no_grad();
        foreach (string name in report.Loaded)
        {
            using Tensor values = file.Read(match.Found[name].Name);
            state[name].copy_(values);
        }

        return report;
    }

    private static ITensorFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return TorchWeightsFile.Is(path) ? TorchWeightsFile.Open(path) : SafetensorsFile.Open(path);
    }

    // Of what was passed over, what could be missing.
    private static IEnumerable<string> Explanations(IReadOnlyList<PassedOver> others, IReadOnlyList<string> missing)
    {
        PassedOver[] wanted = [.. others.Where(one => one.HoldsTensors || missing.Contains(one.Name)).Take(10)];
        return wanted.Length == 0 ? [] : [$"In the file {string.Join(", ", wanted.AsEnumerable())}. {PassedOver.WayOut}."];
    }
}
