namespace Distillation.Onnx;

/// <summary>The layers of the options, the last first. One that calls its own module gets what was there before it, not itself again.</summary>
internal sealed class GivenLayers(IReadOnlyList<OnnxLayer> layers)
{
    // Of modules that are being written: the place of their entry.
    private readonly Dictionary<torch.nn.Module, int> _open = [];

    /// <returns>The output, or nothing where no entry is left for the module.</returns>
    public OnnxValue? Write(OnnxGraph graph, torch.nn.Module<Tensor, Tensor> module, OnnxValue input)
    {
        bool again = _open.TryGetValue(module, out int outer);
        int place = (again ? outer : layers.Count) - 1;
        while (place >= 0 && !layers[place].ModuleType.IsInstanceOfType(module))
        {
            place--;
        }

        if (place < 0)
        {
            return null;
        }

        _open[module] = place;
        try
        {
            return layers[place].Writer.Write(graph, module, input)
                ?? throw new OnnxExportException(
                    $"its entry in {nameof(OnnxExportOptions.Layers)}, for {layers[place].ModuleType.Name}, gave null in place of a value.");
        }
        finally
        {
            if (again)
            {
                _open[module] = outer;
            }
            else
            {
                _open.Remove(module);
            }
        }
    }
}
