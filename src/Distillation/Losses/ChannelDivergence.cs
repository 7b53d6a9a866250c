using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>Compares, for each channel of a map, where it is active.</summary>
internal static class ChannelDivergence
{
    // Far below every number that a map has, and yet finite: a place that does not count has no probability, and its term is 0.
    private const double Nowhere = -1e30;

    /// <summary>T²/(N·C) times the sum of the divergences between the channels of two maps [N, C, H, W] as distributions over their places.</summary>
    /// <remarks>A channel that is −∞ everywhere is as active everywhere. If it is so in both maps, it is no channel of the sample.</remarks>
    public static Tensor Of(Tensor student, Tensor teacher, double temperature, Tensor? left = null)
    {
        (Tensor ofStudent, Tensor studentIsEmpty) = Places(student, temperature, left);
        (Tensor ofTeacher, Tensor teacherIsEmpty) = Places(teacher, temperature, left);
        Tensor channels = RuledOut.Left(studentIsEmpty.logical_and(teacherIsEmpty), 1);
        Tensor log = functional.log_softmax(ofTeacher, 2);
        Tensor target = log.exp();
        Tensor divergence = (target * (log - functional.log_softmax(ofStudent, 2)).MaskedFill(target.Eq(0), 0)).sum(2, keepdim: true);
        return (divergence / channels).sum().Mul(temperature * temperature / student.size(0));
    }

    // The places of each channel over T, [N, C, P], and whether the channel is −∞ in all of them, [N, C, 1].
    private static (Tensor Places, Tensor IsEmpty) Places(Tensor map, double temperature, Tensor? left)
    {
        Tensor places = map.flatten(2);
        Tensor? leftOut = left?.flatten(1).unsqueeze(1);
        Tensor counting = leftOut is null ? places : places.MaskedFill(leftOut, double.NegativeInfinity);
        Tensor isEmpty = counting.detach().amax([2L], keepdim: true).Eq(double.NegativeInfinity);
        places = places.MaskedFill(isEmpty, 0);
        return ((leftOut is null ? places : places.MaskedFill(leftOut, Nowhere)).Div(temperature), isEmpty);
    }
}
