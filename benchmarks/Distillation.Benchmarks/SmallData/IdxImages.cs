using Distillation.Data;
using Distillation.SmallData;

namespace Distillation.Benchmarks.SmallData;

/// <summary>The training and test images of a directory with four files, as MNIST and Fashion-MNIST have them.</summary>
internal sealed class IdxImages(string directory)
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
