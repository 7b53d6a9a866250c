using Distillation.Serialization;
using Distillation.SmallData;
using static TorchSharp.torch.nn;

namespace OverHttp;

/// <summary>Reads models that others have sent: of the agreed kind, in the safetensors format, with finite weights and counts that can be.</summary>
internal static class ModelFile
{
    private const long MaxSamples = 1_000_000_000;

    /// <summary>Reads the model of a client.</summary>
    /// <exception cref="RefusedException">The file has no such model.</exception>
    public static FederatedModel Load(string path)
    {
        FederatedModel model = Try(path, () => FederatedModel.Load(path, Agreement.Network));
        try
        {
            RequireFinite(model.Module);
            foreach ((long id, long count) in model.SamplesOfClass)
            {
                if (id >= Agreement.Classes || count > MaxSamples)
                {
                    throw Refuse($"A client has classes from 0 to {Agreement.Classes - 1} and at most {MaxSamples} samples of each, but has {count} of {id}.");
                }
            }

            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Reads the global model of a round.</summary>
    /// <exception cref="RefusedException">The file has no such model.</exception>
    public static Module<Tensor, Tensor> LoadGlobal(string path)
    {
        Module<Tensor, Tensor> model = Agreement.Network();
        try
        {
            Try(path, () =>
            {
                // Of ModuleWeights' formats this one alone.
                SafetensorsFile.Open(path).Dispose();
                return ModuleWeights.Load(model, path);
            });
            RequireFinite(model);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static void RequireFinite(Module<Tensor, Tensor> model)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        foreach ((string name, Tensor tensor) in model.state_dict())
        {
            if (!tensor.isfinite().all().item<bool>())
            {
                throw Refuse($"All weights must be finite, but '{name}' has others.");
            }
        }
    }

    // A problem names no path of this machine.
    private static T Try<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException exception)
        {
            throw Refuse(exception.Message.Replace(path, "message", StringComparison.Ordinal));
        }
    }

    private static RefusedException Refuse(string message) => new(StatusCodes.Status422UnprocessableEntity, message);
}
