using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>A linear map of the last dimension: [N, D_s] to [N, D_t], or [N, T, D_s] to [N, T, D_t].</summary>
/// <remarks>Maps [N, C, H, W] are refused: their last dimension is the width. For them there is <see cref="ConvolutionConnector"/>.</remarks>
public sealed class LinearConnector : Connector
{
    /// <summary>Gets whether the map adds a bias.</summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool Bias { get; init; } = true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() => [(nameof(Bias), Bias)];

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> Create(Tensor student, Tensor teacher)
    {
        Require.Present(student);
        Require.Present(teacher);
        if (student.dim() == 4 || teacher.dim() == 4)
        {
            throw new InvalidOperationException(
                $"{nameof(LinearConnector)} maps the last dimension, which of maps [N, C, H, W] is their width, "
                + $"but the student's layer is {Shapes.Of(student)} and the teacher's {Shapes.Of(teacher)}. Use {nameof(ConvolutionConnector)} for maps.");
        }

        return Linear(student.size(-1), teacher.size(-1), Bias);
    }
}
