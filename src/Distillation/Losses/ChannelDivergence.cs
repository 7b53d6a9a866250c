using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Compares, for each channel of a map, where it is active.</summary>
internal static class ChannelDivergence
{
    // Far below every number that a map has, and yet finite: a place that does not count has no probability, and its term is 0.
    private const double Nowhere = -1e30;

    /// <summary>T²/(N·C) times the sum of the divergences between the channels of two maps [N, C, H, W] as distributions over their places.</summary>
    public static Tensor Of(Tensor student, Tensor teacher, double temperature, Tensor? left = null)
    {
        Tensor log = functional.log_softmax(Places(student, left).Over(temperature), 2);
        Tensor target = functional.softmax(Places(teacher, left).Over(temperature), 2);
        return functional.kl_div(log, target, log_target: false, reduction: Reduction.Sum).Times(temperature * temperature / (student.size(0) * student.size(1)));
    }

    private static Tensor Places(Tensor map, Tensor? left)
    {
        Tensor places = map.flatten(2);
        return left is null ? places : places.Filled(left.flatten(1).unsqueeze(1), Nowhere);
    }
}
