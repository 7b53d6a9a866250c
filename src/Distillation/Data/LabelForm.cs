using static TorchSharp.torch.nn;

namespace Distillation.Data;

/// <summary>What the labels of two sources together look like: class ids [N], probabilities [N, C], or targets [N, ...].</summary>
/// <param name="Type">The type of a number.</param>
/// <param name="Shape">The shape of one sample's label.</param>
internal sealed record LabelForm(torch.ScalarType Type, long[] Shape)
{
    /// <summary>
    /// Finds the form that both sources can take: class ids beside probabilities become probabilities, and numbers of two types take the one that holds both.
    /// </summary>
    /// <param name="first">Labels of the one source, [1, ...].</param>
    /// <param name="second">Labels of the other source, [1, ...].</param>
    /// <returns><see langword="null"/> where neither has labels.</returns>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static LabelForm? Of(Tensor? first, Tensor? second) => (first, second) switch
    {
        (null, null) => null,
        ({ } one, { } other) when Shapes.Same(one, other) && one.is_floating_point() == other.is_floating_point() =>
            new(torch.promote_types(one.dtype, other.dtype), one.shape[1..]),
        ({ } ids, { } probabilities) when AreIds(ids) && AreProbabilities(probabilities) => new(probabilities.dtype, probabilities.shape[1..]),
        ({ } probabilities, { } ids) when AreIds(ids) && AreProbabilities(probabilities) => new(probabilities.dtype, probabilities.shape[1..]),
        _ => throw new InvalidOperationException(
            "Two sources that follow each other must both have labels or neither, of fitting shapes and types: "
            + $"class ids [N] beside probabilities [N, C], or both alike. A sample of the first has {Kind(first)}, and of the second {Kind(second)}."),
    };

    /// <summary>Brings labels to the form.</summary>
    /// <param name="labels">Labels [N, ...], or nothing.</param>
    /// <param name="numbers">The numbers of their samples, [N].</param>
    /// <returns>The labels, [N, <see cref="Shape"/>].</returns>
    /// <exception cref="InvalidOperationException">They do not fit.</exception>
    public Tensor Apply(Tensor? labels, Tensor numbers)
    {
        if (labels is not null && Shape.Length == 1 && torch.is_floating_point(Type) && AreIds(labels))
        {
            return OneHot(labels.to(torch.ScalarType.Int64), numbers);
        }

        if (labels is null || !labels.shape.AsSpan(1).SequenceEqual(Shape) || labels.is_floating_point() != torch.is_floating_point(Type))
        {
            throw new InvalidOperationException(
                $"All samples of two sources that follow each other must have labels like the first, [{string.Join(", ", Shape.Prepend(numbers.size(0)))}] "
                + $"{Type} for {numbers.size(0)} samples, but those of the batch with sample {numbers[0].item<long>()} are {Kind(labels)}.");
        }

        return labels.dtype == Type ? labels : labels.to(Type);
    }

    private static bool AreIds(Tensor labels) => labels.dim() == 1 && torch.is_integral(labels);

    private static bool AreProbabilities(Tensor labels) => labels.dim() == 2 && labels.is_floating_point();

    private static string Kind(Tensor? labels) => labels is null ? "none" : $"{Shapes.Of(labels)} {labels.dtype}";

    private Tensor OneHot(Tensor ids, Tensor numbers)
    {
        Tensor outside = ids.Lt(0).logical_or(ids.Ge(Shape[0]));
        if (outside.any().item<bool>())
        {
            throw new InvalidOperationException(
                $"Class ids beside probabilities of {Shape[0]} classes must be in [0, {Shape[0] - 1}] to become probabilities too, "
                + $"but sample {numbers.masked_select(outside)[0].item<long>()} has {ids.masked_select(outside)[0].item<long>()}.");
        }

        return functional.one_hot(ids, Shape[0]).to(Type);
    }
}
