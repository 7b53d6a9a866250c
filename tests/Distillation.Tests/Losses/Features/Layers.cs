namespace Distillation.Tests.Losses.Features;

/// <summary>Contexts in which student and teacher say one layer each, called <c>layer</c>.</summary>
internal static class Layers
{
    public static DistillationContext Of(Tensor student, Tensor teacher) => new(
        Output(student), Output(teacher), new Batch(torch.zeros(student.size(0), 1), labels: null, torch.arange(student.size(0), torch.ScalarType.Int64)));

    private static ModelOutput Output(Tensor layer) => new(torch.zeros(layer.size(0), 2), new Dictionary<Feature, Tensor> { ["layer"] = layer });
}
