namespace Distillation.Onnx.Layers;

/// <summary>Finds settings that TorchSharp does not show: of modules with the same weights, those of the first that computes the same.</summary>
internal static class Trial
{
    /// <summary>Random inputs, always the same.</summary>
    public static Tensor[] Inputs(torch.Device device, params ReadOnlySpan<long[]> shapes)
    {
        using var generator = new torch.Generator(1);
        var inputs = new Tensor[shapes.Length];
        for (int index = 0; index < inputs.Length; index++)
        {
            inputs[index] = torch.randn(shapes[index], generator: generator).to(device);
        }

        return inputs;
    }

    public static TSettings Find<TModule, TSettings>(TModule module, IEnumerable<TSettings> all, Func<TSettings, TModule> make, Func<TModule, Tensor> run)
        where TModule : torch.nn.Module
    {
        using var scope = torch.NewDisposeScope();
        Tensor expected = run(module);

        // New modules draw weights; the caller's random numbers must not depend on an export.
        Tensor state = torch.get_rng_state();
        try
        {
            foreach (TSettings settings in all)
            {
                using TModule candidate = make(settings);
                candidate.to(ModuleTree.DeviceOf(module)).eval();
                candidate.load_state_dict(module.state_dict());

                // Weights that lie elsewhere in memory may be added in another order.
                if (torch.allclose(run(candidate), expected, rtol: 1e-5, atol: 1e-6))
                {
                    return settings;
                }
            }
        }
        finally
        {
            torch.set_rng_state(state);
        }

        throw new OnnxExportException("TorchSharp does not show all of its settings, and no module with the same weights computes the same.");
    }
}
