using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>What losses on probabilities share. Probabilities are kept as their logarithms: none is ever 0.</summary>
internal static class Softened
{
    /// <summary>log softmax(logits / T) of each row, [R, C].</summary>
    public static Tensor Log(Tensor logits, double temperature) => functional.log_softmax(Cool(logits, temperature), 1);

    /// <summary>Student and teacher, softened alike.</summary>
    public static (Tensor Student, Tensor Teacher, double Temperature) Of(LogitRows rows, Schedule temperature)
    {
        double now = Loss.At(temperature, rows.Position);
        return (Log(rows.Student, now), Log(rows.Teacher, now), now);
    }

    /// <summary>KL(p ‖ q) of each row, [R], from log-probabilities.</summary>
    public static Tensor Divergence(Tensor logP, Tensor logQ) => functional.kl_div(logQ, logP, log_target: true, reduction: Reduction.None).sum(1);

    /// <summary>log(a · p + (1 − a) · q), from log-probabilities; a in [0, 1].</summary>
    public static Tensor Mix(double share, Tensor logP, Tensor logQ) => torch.logaddexp(logP + Math.Log(share), logQ + Math.Log(1 - share));

    /// <summary>Brings a gradient at the probabilities softmax(logits / T) to the logits: q · (g − Σ q · g) / T. It takes the place of both.</summary>
    public static Tensor ToLogits(Tensor gradient, Tensor probabilities, double temperature)
    {
        using Scalar inverse = (1 / temperature).ToScalar();
        gradient.mul_(probabilities);
        return gradient.sub_(probabilities.mul_(gradient.sum(1, keepdim: true))).mul_(inverse);
    }

    /// <summary>Where a class is the label of its row, [R, C].</summary>
    public static Tensor IsLabel(LogitRows rows) => torch.arange(rows.Classes, rows.Labels.dtype, rows.Labels.device).eq(rows.Labels.unsqueeze(1));

    /// <summary>log softmax(logits / T) over the classes besides the label, [R, C]; 0 at the label itself.</summary>
    public static Tensor LogOthers(Tensor logits, Tensor isLabel, double temperature)
    {
        using Scalar least = double.NegativeInfinity.ToScalar();
        using Scalar nothing = 0.0.ToScalar();
        return functional.log_softmax(Cool(logits, temperature).masked_fill(isLabel, least), 1).masked_fill(isLabel, nothing);
    }

    private static Tensor Cool(Tensor logits, double temperature)
    {
        using Scalar inverse = (1 / temperature).ToScalar();
        return logits * inverse;
    }
}
