using Distillation.Data;
using Distillation.SmallData;

namespace Distillation.Benchmarks.SmallData;

/// <summary>All 60 000 and 10 000 images, from the four files.</summary>
internal sealed class FashionMnist(string directory)
{
    public TensorData Train { get; } = From(directory, "train");

    public TensorData Test { get; } = From(directory, "t10k");

    /// <summary>Draws labeled images, equally many of each class, and others without labels.</summary>
    public (TensorData Labeled, IDataSource Others) Draw(int labels, int seed)
    {
        (IDataSource first, IDataSource rest) = Train.SplitStratified((double)labels / Train.Count, seed);
        return (first.InMemory(), rest);
    }

    private static TensorData From(string directory, string part) =>
        ImageData.FromIdx(Path.Combine(directory, $"{part}-images-idx3-ubyte.gz"), Path.Combine(directory, $"{part}-labels-idx1-ubyte.gz"));
}
