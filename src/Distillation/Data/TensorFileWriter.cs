using Distillation.Serialization;

namespace Distillation.Data;

/// <summary>Writes the samples of any source to a file, some at a time.</summary>
internal static class TensorFileWriter
{
    private const int AtOnce = 256;

    public static void Write(IDataSource source, string path)
    {
        using var scope = torch.NewDisposeScope();
        (string Name, Tensor Values)[] first = Read(source, 0, 1);
        TensorInfo[] places = SafetensorsLayout.Place(first.Select(part => (part.Name, part.Values.dtype, (long[])[source.Count, .. part.Values.shape[1..]])));
        Safetensors.Write(path, places, metadata: null, write =>
        {
            for (long start = 0; start < source.Count; start += AtOnce)
            {
                using var step = torch.NewDisposeScope();
                (string Name, Tensor Values)[] parts = Read(source, start, (int)Math.Min(AtOnce, source.Count - start));
                if (Kind(parts) != Kind(first))
                {
                    throw new InvalidOperationException(
                        $"All samples must be alike to be in one file: the first has {Kind(first)}, but from {start} on they have {Kind(parts)}.");
                }

                foreach (TensorInfo place in places)
                {
                    write(place, (place.End - place.Begin) / source.Count * start, parts.Single(part => part.Name == place.Name).Values);
                }
            }
        });
    }

    private static (string Name, Tensor Values)[] Read(IDataSource source, long start, int count)
    {
        Batch batch = source.Read(torch.tensor([.. Enumerable.Range(0, count).Select(i => start + i)]));
        PlainBatch.Require(batch, "A file");
        return batch.Labels is { } labels ? [(TensorFile.InputsName, batch.Inputs), (TensorFile.LabelsName, labels)] : [(TensorFile.InputsName, batch.Inputs)];
    }

    private static string Kind((string Name, Tensor Values)[] parts) =>
        string.Join(" and ", parts.Select(part =>
            $"{part.Name} [{string.Join(", ", part.Values.shape.Skip(1).Select(size => $"{size}").Prepend("N"))}] {part.Values.dtype}"));
}
