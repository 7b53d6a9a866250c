namespace Distillation.SmallData;

/// <summary>Kinds of columns, checked.</summary>
internal static class ColumnKinds
{
    public static IReadOnlyList<ColumnKind> Checked(IReadOnlyList<ColumnKind> kinds, string argument)
    {
        Require.Positive(Require.Present(kinds, argument).Count, argument);
        return [.. kinds.Select(kind => Require.Defined(kind, argument))];
    }

    /// <summary>Refuses originals that are no table of such columns.</summary>
    public static void RequireTable(IReadOnlyList<ColumnKind> kinds, LabeledSamples originals, string what)
    {
        if (originals.Inputs.dim() != 2 || originals.Inputs.size(1) != kinds.Count)
        {
            throw new InvalidOperationException(
                $"{what} was given the kinds of {kinds.Count} columns and takes tables [M, {kinds.Count}], "
                + $"but the originals are {Distillation.Shapes.Of(originals.Inputs)}.");
        }
    }

    /// <summary>Which columns are of a kind, [D] bool.</summary>
    public static Tensor Are(IReadOnlyList<ColumnKind> kinds, ColumnKind kind, torch.Device device) =>
        torch.tensor(kinds.Select(one => one == kind).ToArray(), device: device);
}
