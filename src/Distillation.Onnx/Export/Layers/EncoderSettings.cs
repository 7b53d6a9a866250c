using TorchSharp.Modules;

namespace Distillation.Onnx.Layers;

/// <summary>What TorchSharp does not tell of a transformer's layer. It is found by trial: of layers with the same weights the one that computes the same.</summary>
internal readonly record struct EncoderSettings(long Heads, torch.nn.Activations Activation)
{
    public static EncoderSettings Of(TransformerEncoderLayer layer, Dictionary<string, Tensor> weights)
    {
        long width = weights["linear1.weight"].size(1);
        long hidden = weights["linear1.weight"].size(0);
        torch.Device device = weights["linear1.weight"].device;
        using var scope = torch.NewDisposeScope();
        using var generator = new torch.Generator(1);
        Tensor probe = torch.randn([3, 2, width], generator: generator).to(device);
        Tensor expected = layer.call(probe);

        // New layers draw weights; the caller's random numbers must not depend on an export.
        Tensor state = torch.get_rng_state();
        try
        {
            foreach (long heads in Enumerable.Range(1, (int)width).Where(count => width % count == 0))
            {
                foreach (torch.nn.Activations activation in (torch.nn.Activations[])[torch.nn.Activations.ReLU, torch.nn.Activations.GELU])
                {
                    using TransformerEncoderLayer candidate = torch.nn.TransformerEncoderLayer(width, heads, hidden, 0, activation);
                    candidate.to(device).eval();
                    candidate.load_state_dict(layer.state_dict());
                    if (torch.allclose(candidate.call(probe), expected, rtol: 1e-6, atol: 1e-7))
                    {
                        return new EncoderSettings(heads, activation);
                    }
                }
            }
        }
        finally
        {
            torch.set_rng_state(state);
        }

        throw new OnnxExportException("TorchSharp does not tell its heads and its activation, and no layer with the same weights computes the same.");
    }
}
