using System.Runtime.InteropServices;
using Distillation.Caching;
using Distillation.Models;

namespace Distillation.Training;

/// <summary>Asks models, and says who failed on what where the native library says neither.</summary>
internal static class ForwardPass
{
    /// <exception cref="InvalidOperationException">The student cannot take the batch.</exception>
    public static ModelOutput Run(Learner learner, Batch batch, FeatureSet features)
    {
        try
        {
            return learner.Student.Forward(batch, features);
        }
        catch (Exception native) when (IsNative(native))
        {
            throw Failure(learner.Name, [learner.Student.Module], batch, native);
        }
    }

    /// <exception cref="InvalidOperationException">The teacher cannot take the batch.</exception>
    public static ModelOutput Run(ITeacher teacher, Batch batch, FeatureSet features)
    {
        try
        {
            return FullBatch.Predict(teacher, batch, features);
        }
        catch (Exception native) when (IsNative(native))
        {
            throw Failure("teacher", INetworkTeacher.NetworksIn(teacher), batch, native);
        }
    }

    // TorchSharp checks some shapes itself, and names neither model nor inputs either.
    private static bool IsNative(Exception exception) => exception is ExternalException or ArgumentException { Source: nameof(TorchSharp) };

    // Images of one, three or four channels whose channels come last, as most image libraries have them.
    private static string Hint(Tensor inputs) => inputs.dim() == 4 && inputs.size(3) is 1 or 3 or 4 && inputs.size(1) > 4
        ? $" The inputs look like images [N, H, W, C], and networks take [N, C, H, W]: inputs.permute(0, 3, 1, 2)."
        : "";

    private static InvalidOperationException Failure(string who, IEnumerable<torch.nn.Module> networks, Batch batch, Exception native)
    {
        Parameter? first = networks.SelectMany(network => network.parameters()).FirstOrDefault();
        string parameters = first is null ? "" : $"; its first parameter is {Shapes.Of(first)} {first.dtype} on {first.device}";
        return new(
            $"The {who} failed on inputs {Shapes.Of(batch.Inputs)} {batch.Inputs.dtype} on {batch.Inputs.device}{parameters}. "
            + $"libtorch: {native.Message.Split('\n')[0]}{Hint(batch.Inputs)}",
            native);
    }
}
