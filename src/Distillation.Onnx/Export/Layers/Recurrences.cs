namespace Distillation.Onnx.Layers;

/// <summary>
/// LSTM, GRU and RNN. TorchSharp shows their weights alone: other settings follow from the weights' names and shapes, and in what a run
/// makes.
/// </summary>
internal static class Recurrences
{
    // PyTorch has the gates in the order input, forget, cell, output, ONNX in that of input, output, forget, cell.
    private static readonly int[] LstmGates = [0, 3, 1, 2];

    // PyTorch: reset, update, new; ONNX: update, reset, new.
    private static readonly int[] GruGates = [1, 0, 2];

    private static readonly int[] RnnGates = [0];

    public static OnnxValue Lstm(OnnxGraph graph, TorchSharp.Modules.LSTM layer, OnnxValue input)
    {
        (Tensor _, Tensor hidden, Tensor _) = layer.call(Probe(layer), null);
        return Stack(graph, layer, input, "LSTM", LstmGates, BatchFirst(hidden), []);
    }

    public static OnnxValue Gru(OnnxGraph graph, TorchSharp.Modules.GRU layer, OnnxValue input)
    {
        (Tensor _, Tensor hidden) = layer.call(Probe(layer), null!);
        return Stack(graph, layer, input, "GRU", GruGates, BatchFirst(hidden), [("linear_before_reset", 1)]);
    }

    public static OnnxValue Rnn(OnnxGraph graph, TorchSharp.Modules.RNN layer, OnnxValue input)
    {
        (Tensor _, Tensor hidden) = layer.call(Probe(layer), null!);
        NamedWeights weights = NamedWeights.Of(layer);
        (long size, long width) = (weights["weight_hh_l0"].size(1), weights["weight_ih_l0"].size(1));
        long levels = Enumerable.Range(0, int.MaxValue).First(level => !weights.Has($"weight_ih_l{level}"));
        bool both = weights.Has("weight_ih_l0_reverse");
        Tensor[] probe = Trial.Inputs(ModuleTree.DeviceOf(layer), [3, 3, width]);
        torch.nn.NonLinearities kind = Trial.Find(
            layer,
            [torch.nn.NonLinearities.Tanh, torch.nn.NonLinearities.ReLU],
            kind => torch.nn.RNN(width, size, levels, kind, weights.Has("bias_ih_l0"), BatchFirst(hidden), 0, both),
            module => module.call(probe[0], null!).Item1);
        string[] names = [.. Enumerable.Repeat(kind == torch.nn.NonLinearities.Tanh ? "Tanh" : "Relu", both ? 2 : 1)];
        return Stack(graph, layer, input, "RNN", RnnGates, BatchFirst(hidden), [("activations", names)]);
    }

    private static Tensor Probe(torch.nn.Module layer)
    {
        Tensor weight = layer.get_parameter("weight_ih_l0")!;
        return torch.zeros([2, 3, weight.size(1)], weight.dtype, weight.device);
    }

    private static bool BatchFirst(Tensor hidden) => hidden.size(1) == 2;

    private static OnnxValue Stack(
        OnnxGraph graph, torch.nn.Module layer, OnnxValue input, string operation, int[] gates, bool batchFirst, (string Name, OnnxSetting Value)[] settings)
    {
        NamedWeights weights = NamedWeights.Of(layer);
        string[] directions = weights.Has("weight_ih_l0_reverse") ? ["", "_reverse"] : [""];
        long size = weights["weight_hh_l0"].size(1);
        settings = [("hidden_size", size), ("direction", directions.Length == 2 ? "bidirectional" : "forward"), .. settings];
        OnnxValue value = batchFirst ? graph.Apply("Transpose", [input], ("perm", (long[])[1, 0, 2])) : input;
        for (int index = 0; weights.Has($"weight_ih_l{index}"); index++)
        {
            string level = $"_l{index}";
            OnnxValue[] inputs = [value, Joined("weight_ih"), Joined("weight_hh"), .. weights.Has("bias_ih_l0") ? [Biases()] : Array.Empty<OnnxValue>()];

            // [L, directions, N, H] becomes [L, N, directions · H].
            OnnxValue sorted = graph.Apply("Transpose", [graph.Apply(operation, inputs, settings)], ("perm", (long[])[0, 2, 1, 3]));
            value = graph.Apply("Reshape", [sorted, graph.Integers(0, 0, size * directions.Length)]);

            OnnxValue Joined(string name) =>
                graph.Constant($"{name}{level}", torch.stack([.. directions.Select(way => Sorted(weights[$"{name}{level}{way}"], gates))]));

            OnnxValue Biases() => graph.Constant(
                $"bias{level}", torch.stack(
                    [
                        .. directions.Select(way =>
                            torch.cat([Sorted(weights[$"bias_ih{level}{way}"], gates), Sorted(weights[$"bias_hh{level}{way}"], gates)])),
                    ]));
        }

        return batchFirst ? graph.Apply("Transpose", [value], ("perm", (long[])[1, 0, 2])) : value;
    }

    private static Tensor Sorted(Tensor weight, int[] gates)
    {
        Tensor[] parts = weight.chunk(gates.Length);
        return torch.cat([.. gates.Select(gate => parts[gate])]);
    }
}
