using System.Text;
using TorchSharp.Modules;

namespace Distillation.Training;

/// <summary>The state of an optimizer of TorchSharp, in its own format, as a tensor of bytes.</summary>
internal static class TorchSharpState
{
    public static Tensor Of(torch.optim.Optimizer optimizer)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory, Encoding.UTF8);
        Known(optimizer).save_state_dict(writer);
        writer.Flush();
        return torch.tensor(memory.ToArray());
    }

    /// <exception cref="InvalidDataException">The bytes are not what such an optimizer writes.</exception>
    public static void Restore(torch.optim.Optimizer optimizer, Tensor bytes)
    {
        try
        {
            Read(Known(optimizer), bytes);
        }
        catch (Exception exception) when (exception is not (NotSupportedException or OutOfMemoryException))
        {
            // What TorchSharp throws at bytes that are not its own is not documented.
            throw new InvalidDataException($"The saved state of {optimizer.GetType().Name} is damaged: {exception.Message}", exception);
        }
    }

    public static OptimizerHelper Known(torch.optim.Optimizer optimizer) => optimizer as OptimizerHelper
        ?? throw new NotSupportedException(
            $"{optimizer.GetType().Name} keeps its state to itself, so that a run with it cannot be saved. "
            + "Use an optimizer of this library or of TorchSharp, or no checkpoints.");

    private static void Read(OptimizerHelper optimizer, Tensor bytes)
    {
        using var memory = new MemoryStream(bytes.bytes.ToArray());
        using var reader = new BinaryReader(memory, Encoding.UTF8);
        using var scope = torch.NewDisposeScope();
        optimizer.load_state_dict(reader);

        // What the optimizer keeps has come into the scope with the rest.
        scope.Detach(scope.DisposablesView);
    }
}
