using Microsoft.Win32.SafeHandles;

namespace Distillation.Serialization;

/// <summary>Writes files in the safetensors format: named tensors, without code, as other libraries of the field read and write them.</summary>
/// <remarks>
/// A file is the length of a header (8 bytes, little-endian), the header in JSON, and the values of the tensors in row-major order, little-endian.
/// </remarks>
public static class Safetensors
{
    /// <summary>Writes tensors to a file, which then is whole or, if anything fails, what it was before.</summary>
    /// <remarks>
    /// <para>
    /// It is written aside in the same directory, flushed to the disk, and renamed. Besides the header at most one tensor is copied at a time, and only where
    /// it is not contiguous on the processor.
    /// </para>
    /// <para>
    /// The same tensors give the same bytes, in whatever order they come: wider types come first, then names in ordinal order; so do the keys of the metadata.
    /// </para>
    /// </remarks>
    /// <param name="path">The file; one that is there is replaced, and a directory that is not there is made.</param>
    /// <param name="tensors">
    /// The tensors by name, on any device and in any layout, of float64, float32, float16, bfloat16, int64, int32, int16, int8, uint8 or bool. Tensors that
    /// share memory are written each for itself.
    /// </param>
    /// <param name="metadata">Texts beside the tensors; none by default.</param>
    /// <exception cref="ArgumentException">
    /// A tensor is of another type, or is called <c>__metadata__</c>; a name or the metadata has half of a surrogate pair; or the header would be longer than
    /// the 100 MB that the format allows.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Require.Present(tensors);
        AtomicFile.Replace(path, file => Write(file, tensors, metadata));
    }

    /// <summary>Writes tensors into a file that is open and empty.</summary>
    internal static void Write(SafeFileHandle file, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        TensorInfo[] places = SafetensorsLayout.Place(tensors.Select(pair => (pair.Key, Require.Present(pair.Value, pair.Key).dtype, pair.Value.shape)));
        Write(file, places, metadata, write =>
        {
            foreach (TensorInfo place in places)
            {
                write(place, 0, tensors[place.Name]);
            }
        });
    }

    /// <summary>Writes a file whose tensors come in pieces.</summary>
    /// <param name="path">The file.</param>
    /// <param name="places">All tensors.</param>
    /// <param name="metadata">Texts beside them.</param>
    /// <param name="fill">
    /// Gives the pieces of all tensors to the function that it gets: the tensor, how many bytes of it are before the piece, the piece.
    /// </param>
    internal static void Write(
        string path, TensorInfo[] places, IReadOnlyDictionary<string, string>? metadata, Action<Action<TensorInfo, long, Tensor>> fill) =>
        AtomicFile.Replace(path, file => Write(file, places, metadata, fill));

    private static void Write(
        SafeFileHandle file, TensorInfo[] places, IReadOnlyDictionary<string, string>? metadata, Action<Action<TensorInfo, long, Tensor>> fill)
    {
        byte[] header = SafetensorsLayout.Header(places, metadata);
        if (header.Length > SafetensorsLayout.LongestHeader)
        {
            throw new ArgumentException(
                $"The header must have at most {SafetensorsLayout.LongestHeader} bytes, but has {header.Length}: "
                + "give fewer tensors, shorter names, or less metadata.",
                nameof(metadata));
        }

        RandomAccess.Write(file, header, 0);
        fill((place, before, piece) =>
        {
            using Tensor near = TensorBytes.Near(piece);
            TensorBytes.InPieces(near, (bytes, start) => RandomAccess.Write(file, bytes, header.Length + place.Begin + before + start));
        });
    }
}
