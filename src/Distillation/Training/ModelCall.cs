using System.Runtime.InteropServices;
using Distillation.Caching;
using Distillation.Teachers;

namespace Distillation.Training;

/// <summary>Asks models, and says who failed on what where the native library says neither.</summary>
internal static class ModelCall
{
    /// <exception cref="InvalidOperationException">The student cannot take the batch.</exception>
    public static ModelOutput Ask(Learner learner, Batch batch, FeatureSet features)
    {
        try
        {
            return learner.Student.Forward(batch, features);
        }
        catch (ExternalException native)
        {
            throw Failure(learner.Name, [learner.Student.Module], batch, native);
        }
    }

    /// <exception cref="InvalidOperationException">The teacher cannot take the batch.</exception>
    public static ModelOutput Ask(ITeacher teacher, Batch batch, FeatureSet features)
    {
        try
        {
            return FullBatch.Predict(teacher, batch, features);
        }
        catch (ExternalException native)
        {
            throw Failure("teacher", INetworkTeacher.NetworksIn(teacher), batch, native);
        }
    }

    private static InvalidOperationException Failure(string who, IEnumerable<torch.nn.Module> networks, Batch batch, ExternalException native)
    {
        Parameter? first = networks.SelectMany(network => network.parameters()).FirstOrDefault();
        string parameters = first is null ? "" : $"; its first parameter is {Shapes.Of(first)} {first.dtype} on {first.device}";
        return new($"The {who} failed on inputs {Shapes.Of(batch.Inputs)} {batch.Inputs.dtype} on {batch.Inputs.device}{parameters}. libtorch says: {native.Message.Split('\n')[0]}", native);
    }
}
