using Distillation;
using Distillation.Data;

namespace QuickStart;

/// <summary>The images to learn from and those to measure on, normalised by what the first show.</summary>
internal sealed class Images : IDisposable
{
    private Images(string name, TensorData train, TensorData test)
    {
        Name = name;
        Normalization normalization = Normalization.Fit(train.Inputs);
        Train = Normalized(train, normalization);
        Test = Normalized(test, normalization);
        train.Dispose();
        test.Dispose();
    }

    public string Name { get; }

    public TensorData Train { get; }

    public TensorData Test { get; }

    public static Images Load(string? directory) =>
        directory is null
            ? new("a subset of Fashion-MNIST", Embedded("train"), Embedded("t10k"))
            : new(directory, From(directory, "train"), From(directory, "t10k"));

    public void Dispose()
    {
        Train.Inputs.Dispose();
        Train.Labels!.Dispose();
        Test.Inputs.Dispose();
        Test.Labels!.Dispose();
    }

    private static TensorData Normalized(TensorData data, Normalization normalization) => new(normalization.Apply(data.Inputs), data.Labels!.clone());

    private static TensorData Embedded(string part)
    {
        using Stream images = Resource($"{part}-images-idx3-ubyte.gz");
        using Stream labels = Resource($"{part}-labels-idx1-ubyte.gz");
        return ImageData.FromIdx(images, labels);
    }

    private static Stream Resource(string name) => typeof(Images).Assembly.GetManifestResourceStream(name)!;

    private static TensorData From(string directory, string part) => ImageData.FromIdx(Find(directory, $"{part}-images-idx3-ubyte"), Find(directory, $"{part}-labels-idx1-ubyte"));

    private static string Find(string directory, string name)
    {
        if (!Directory.Exists(directory))
        {
            throw new DirectoryNotFoundException($"The directory '{directory}' does not exist.");
        }

        string plain = Path.Combine(directory, name);
        string packed = plain + ".gz";
        return File.Exists(plain) ? plain : File.Exists(packed) ? packed : throw new FileNotFoundException($"The directory '{directory}' has neither {name} nor {name}.gz.");
    }
}
