using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>The terms of the cost of an inversion (Yin et al., 2020), each a scalar through which gradients flow.</summary>
internal static class InversionTerms
{
    /// <summary>
    /// The Euclidean lengths of the differences of all neighboring pixels: to the right, down, and along both diagonals; zero of what is not [N, C, H, W].
    /// </summary>
    public static Tensor TotalVariation(Tensor inputs)
    {
        if (inputs.dim() != 4 || inputs.size(2) < 2 || inputs.size(3) < 2)
        {
            return torch.zeros([], inputs.dtype, inputs.device);
        }

        (long height, long width) = (inputs.size(2) - 1, inputs.size(3) - 1);
        Tensor Part(Tensor rows, long left) => rows.narrow(3, left, width);
        Tensor top = inputs.narrow(2, 0, height);
        Tensor bottom = inputs.narrow(2, 1, height);
        return Length(inputs.narrow(3, 0, width) - inputs.narrow(3, 1, width))
            .Add(Length(top - bottom))
            .Add(Length(Part(top, 0) - Part(bottom, 1)))
            .Add(Length(Part(bottom, 0) - Part(top, 1)));
    }

    /// <summary><c>√Σx²</c> of all values; its gradient is zero where all are zero.</summary>
    public static Tensor Length(Tensor values) => values.Square().sum().ClampMin(1e-24).sqrt();

    /// <summary><c>‖mean − running mean‖ + ‖variance − running variance‖</c> over the channels of what enters a batch normalization, [N, C, ...].</summary>
    public static Tensor BatchStatistics(Tensor values, Tensor runningMean, Tensor runningVariance)
    {
        Tensor channels = values.transpose(0, 1).flatten(1);
        return Length(channels.mean([1]) - runningMean).Add(Length(channels.var([1], unbiased: false) - runningVariance));
    }

    /// <summary><c>1 − JS(p, q)</c>, in nats, of the softmax of both at a temperature: the mean over the samples.</summary>
    public static Tensor Competition(Tensor teacher, Tensor student, double temperature)
    {
        Tensor p = functional.log_softmax(teacher.Div(temperature), 1);
        Tensor q = functional.log_softmax(student.Div(temperature), 1);
        Tensor middle = torch.logaddexp(p, q).Sub(Math.Log(2));
        Tensor divergence = (p.exp() * (p - middle)).sum(1).Add((q.exp() * (q - middle)).sum(1)).Mul(0.5);
        return divergence.mean().RSub(1);
    }
}
