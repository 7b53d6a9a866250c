using Distillation;
using Distillation.Data;
using Distillation.Evaluation;
using Distillation.SmallData;
using static TorchSharp.torch.nn;

namespace FromPython;

/// <summary>Images of clothing, 28×28 gray pixels.</summary>
internal sealed class Clothes : IDisposable
{
    private Clothes(TensorData train, TensorData test)
    {
        Pixels = test.Inputs.clone();
        (Train, Test) = (Normalized(train), Normalized(test));

        static TensorData Normalized(TensorData data)
        {
            using (data)
            {
                return data.Normalized(Normalization).InMemory();
            }
        }
    }

    /// <summary>Gets the numbers of teacher.py: teacher and students see the same.</summary>
    public static Normalization Normalization { get; } = new([0.286], [0.353]);

    public static IReadOnlyList<string> Names { get; } =
        ["T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"];

    public TensorData Train { get; }

    public TensorData Test { get; }

    /// <summary>Gets the test images before they were normalized, in [0, 1].</summary>
    public Tensor Pixels { get; }

    public static Clothes Load(string directory) => new(Read(directory, "train"), Read(directory, "t10k"));

    public double Accuracy(Module<Tensor, Tensor> network)
    {
        using ITeacher judged = Teacher.From(network);
        return Evaluator.Evaluate(judged, Test).Accuracy;
    }

    public void Dispose()
    {
        Train.Dispose();
        Test.Dispose();
        Pixels.Dispose();
    }

    private static TensorData Read(string directory, string part) =>
        ImageData.FromIdx(Path.Combine(directory, $"{part}-images-idx3-ubyte.gz"), Path.Combine(directory, $"{part}-labels-idx1-ubyte.gz"));
}
