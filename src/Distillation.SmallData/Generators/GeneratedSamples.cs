namespace Distillation.SmallData;

/// <summary>New inputs, and the originals they were made of.</summary>
public sealed class GeneratedSamples
{
    /// <summary>Holds new inputs, each made of one original.</summary>
    /// <param name="inputs">[N, ...], in the shape of the originals.</param>
    /// <param name="parents">The number of each one's original, [N] int64.</param>
    public GeneratedSamples(Tensor inputs, Tensor parents)
        : this(inputs, Require.Present(parents).unsqueeze(1), torch.ones([parents.size(0), 1], Require.Present(inputs).dtype, inputs.device))
    {
    }

    /// <summary>Holds new inputs, each made of several originals.</summary>
    /// <param name="inputs">[N, ...], in the shape of the originals.</param>
    /// <param name="parents">The numbers of each one's originals, [N, P] int64; P = 0 where there are none.</param>
    /// <param name="shares">
    /// How much of each original is in it, [N, P]; zero or positive, with the sum 1; less where a part of it has no known original, and 0 where the whole has
    /// none.
    /// </param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public GeneratedSamples(Tensor inputs, Tensor parents, Tensor shares)
    {
        (Inputs, Parents, Shares) = (Require.Present(inputs), Require.Present(parents), Require.Present(shares));
        if (parents.dim() != 2 || parents.size(0) != inputs.size(0) || !Distillation.Shapes.Same(parents, shares))
        {
            throw new ArgumentException(
                $"{inputs.size(0)} inputs must have parents and shares [{inputs.size(0)}, P], but have {Distillation.Shapes.Of(parents)} "
                + $"and {Distillation.Shapes.Of(shares)}.",
                nameof(parents));
        }
    }

    /// <summary>Gets the new inputs, [N, ...].</summary>
    public Tensor Inputs { get; }

    /// <summary>Gets the numbers of each one's originals, [N, P] int64.</summary>
    public Tensor Parents { get; }

    /// <summary>Gets how much of each original is in it, [N, P].</summary>
    public Tensor Shares { get; }
}
