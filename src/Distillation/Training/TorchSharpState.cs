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

    public static void Restore(torch.optim.Optimizer optimizer, Tensor bytes)
    {
        using var memory = new MemoryStream(bytes.bytes.ToArray());
        using var reader = new BinaryReader(memory, Encoding.UTF8);
        using var scope = torch.NewDisposeScope();
        Known(optimizer).load_state_dict(reader);

        // What the optimizer keeps has come into the scope with the rest.
        scope.Detach(scope.DisposablesView);
    }

    public static OptimizerHelper Known(torch.optim.Optimizer optimizer) => optimizer as OptimizerHelper
        ?? throw new NotSupportedException($"{optimizer.GetType().Name} keeps its state to itself, so that a run with it cannot be saved. Use an optimizer of this library or of TorchSharp, or no checkpoints.");
}
