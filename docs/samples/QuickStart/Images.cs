using Distillation;
using Distillation.Data;

namespace QuickStart;

/// <summary>The images to learn from and those to measure on; a pixel is in [0, 1], and the background is 0.</summary>
internal sealed class Images : IDisposable
{
    private Images(string name, TensorData train, TensorData test, TensorData? unlabeled)
    {
        (Name, Train, Test) = (name, train, test);
        Unlabeled = unlabeled;
    }

    public string Name { get; }

    public TensorData Train { get; }

    public TensorData Test { get; }

    /// <summary>Gets other images without labels; only the built-in subset has them.</summary>
    public TensorData? Unlabeled { get; }

    public static Images Load(string? directory) =>
        directory is null
            ? new("a subset of Fashion-MNIST", Embedded("train"), Embedded("t10k"), EmbeddedUnlabeled())
            : new(directory, From(directory, "train"), From(directory, "t10k"), null);

    public long[] TrainLabels() => Train.Labels!.data<long>().ToArray();

    public void Dispose()
    {
        Train.Dispose();
        Test.Dispose();
        Unlabeled?.Dispose();
    }

    private static TensorData Embedded(string part)
    {
        using Stream images = Resource($"{part}-images-idx3-ubyte.gz");
        using Stream labels = Resource($"{part}-labels-idx1-ubyte.gz");
        return ImageData.FromIdx(images, labels);
    }

    private static TensorData EmbeddedUnlabeled()
    {
        using var scope = torch.NewDisposeScope();
        using Stream images = Resource("unlabeled-images-idx3-ubyte.gz");
        return new TensorData(IdxFile.Read(images, "unlabeled images").unsqueeze(1).to(torch.float32).div(255).MoveToOuterDisposeScope());
    }

    private static Stream Resource(string name) => typeof(Images).Assembly.GetManifestResourceStream(name)!;

    private static TensorData From(string directory, string part)
    {
        TensorData data = ImageData.FromIdx(Find(directory, $"{part}-images-idx3-ubyte"), Find(directory, $"{part}-labels-idx1-ubyte"));
        using Tensor largest = data.Labels!.max();
        if (data.Inputs.shape is [_, 1, 28, 28] && largest.item<long>() < 10)
        {
            return data;
        }

        data.Dispose();
        throw new InvalidDataException($"The images in '{directory}' must be of 28×28 pixels, in classes 0 to 9.");
    }

    private static string Find(string directory, string name)
    {
        if (!Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"The directory '{directory}' does not exist.");
        }

        string plain = Path.Combine(directory, name);
        string packed = plain + ".gz";
        return File.Exists(plain)
            ? plain
            : File.Exists(packed) ? packed : throw new FileNotFoundException($"The directory '{directory}' has neither {name} nor {name}.gz.");
    }
}
