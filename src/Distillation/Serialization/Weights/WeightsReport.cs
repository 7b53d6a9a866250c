namespace Distillation.Serialization;

/// <summary>What became of the weights in a file.</summary>
public sealed record WeightsReport
{
    /// <summary>Gets the names, in the module, of the tensors that have new values.</summary>
    public required IReadOnlyList<string> Loaded { get; init; }

    /// <summary>
    /// Gets the names, in the module, of the tensors that the file does not have. One that is the same tensor as a loaded one under another name is not
    /// missing, nor is a <c>num_batches_tracked</c> whose layer's <c>running_mean</c> is there.
    /// </summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>
    /// Gets the names, in the file, of the tensors that the module does not have. Those that <see cref="WeightsOptions.Rename"/> left out are not among them.
    /// </summary>
    public required IReadOnlyList<string> Unexpected { get; init; }

    /// <summary>Gets the tensors that have another shape or type in the file than in the module.</summary>
    public required IReadOnlyList<WeightsMismatch> Mismatched { get; init; }

    /// <summary>Gets whether each tensor of the module has new values, and the file had no others.</summary>
    public bool IsComplete => Missing.Count + Unexpected.Count + Mismatched.Count == 0;

    /// <summary>Describes what did not fit.</summary>
    /// <returns>One sentence or a few, with the first ten names of each kind.</returns>
    public override string ToString()
    {
        string[] lines =
        [
            $"{Loaded.Count} tensors are loaded.",
            Line("Missing in the file", Missing),
            Line("Not in the module", Unexpected),
            Line("Other shapes or types", [.. Mismatched.Select(one => one.ToString())]),
        ];
        return string.Join(' ', lines.Where(text => text.Length > 0));
    }

    private static string Line(string what, IReadOnlyList<string> names) =>
        names.Count == 0 ? string.Empty : $"{what}: {string.Join(", ", names.Take(10))}{(names.Count > 10 ? $" and {names.Count - 10} more" : string.Empty)}.";

    /// <summary>Describes what was loaded and what was not.</summary>
    /// <returns>Some sentences, with 4 significant digits.</returns>
    public string Describe() => ToString();
}
