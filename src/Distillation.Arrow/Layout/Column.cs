namespace Distillation.Arrow;

/// <summary>A column that a shard has: how it is written, and what is read in its place.</summary>
/// <param name="Name">The name in the file.</param>
/// <param name="Type">The type of number that is written.</param>
/// <param name="Elements">The numbers of a row. One stands as it is or in a list of one; more stand in a fixed-size list.</param>
/// <param name="Accepted">The types that files of other programs may have.</param>
/// <param name="Optional">Whether a file may lack it, or have no value in some rows.</param>
internal sealed record Column(string Name, ElementType Type, int Elements, IReadOnlyCollection<ElementType> Accepted, bool Optional = false)
{
    public int RowBytes => Elements * Type.Bytes();

    public string Expected => $"{(Elements == 1 ? string.Empty : $"fixed_size_list[{Elements}] of ")}{string.Join(" or ", Accepted).ToLowerInvariant()}";
}
