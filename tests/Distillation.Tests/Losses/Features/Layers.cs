namespace Distillation.Tests.Losses.Features;

/// <summary>Layers of a student and a teacher to test with, in float64.</summary>
internal static class Layers
{
    public static Tensor Random(int seed, params long[] shape) =>
        Some.Inputs(shape[0], shape[1..].Aggregate(1L, (product, size) => product * size), seed, torch.ScalarType.Float64).view(shape);

    public static Tensor Of(double[] numbers, params long[] shape) => torch.tensor(numbers).view(shape);

    /// <summary>One layer of each, called "layer".</summary>
    public static DistillationContext Of(Tensor student, Tensor teacher) => new(Output(student), Output(teacher), Some.Batch(student.size(0)));

    /// <summary>One layer of each: "student" and "teacher".</summary>
    public static DistillationContext Context(Tensor student, Tensor teacher) => Context([student], [teacher]);

    /// <summary>Layers "0", "1", ... of each; the first also as "student" and "teacher".</summary>
    public static DistillationContext Context(Tensor[] student, Tensor[] teacher) =>
        new(Output(student, "student"), Output(teacher, "teacher"), Some.Batch(student[0].size(0)));

    /// <summary>What a loss says of layers after it has seen them.</summary>
    public static double Value(IDistillationLoss loss, DistillationContext context)
    {
        using (torch.no_grad())
        {
            loss.Prepare(context);
        }

        return loss.Compute(context).item<double>();
    }

    public static double Value(IDistillationLoss loss, Tensor student, Tensor teacher) => Value(loss, Context(student, teacher));

    private static ModelOutput Output(Tensor layer) => new(torch.zeros(layer.size(0), 2), new Dictionary<Feature, Tensor> { ["layer"] = layer });

    private static ModelOutput Output(Tensor[] layers, string name)
    {
        Dictionary<Feature, Tensor> named = layers.Select((layer, i) => ((Feature)$"{i}", layer)).ToDictionary();
        named[name] = layers[0];
        return new(torch.zeros(layers[0].size(0), 2, torch.ScalarType.Float64), named);
    }
}
