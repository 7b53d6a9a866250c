namespace Distillation.Compression;

/// <summary>
/// Builds students from teachers. A student that begins with a part of its teacher's weights needs less training, and often ends better, than one with random
/// weights.
/// </summary>
/// <remarks>
/// The methods change the network that they get, or take its layers: make a second one with the code of the teacher, and copy the weights
/// (<c>student.load_state_dict(teacher.state_dict())</c>). Make optimizers and <see cref="Student"/> afterward: parameters are new ones.
/// </remarks>
public static partial class StudentBuilder
{
    private static (torch.nn.Module<Tensor, Tensor> Network, Tensor Samples) Checked(torch.nn.Module<Tensor, Tensor> network, Tensor sampleInputs)
    {
        Require.Present(network);
        return Require.Present(sampleInputs).dim() > 0 && sampleInputs.size(0) > 0
            ? (network, sampleInputs)
            : throw new ArgumentException(
                $"The sample inputs must be [N, ...] with one sample at least, but are {Shapes.Of(sampleInputs)}.", nameof(sampleInputs));
    }
}
