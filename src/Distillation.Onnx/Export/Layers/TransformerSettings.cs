using TorchSharp.Modules;

namespace Distillation.Onnx.Layers;

/// <summary>Settings of a transformer that TorchSharp does not show; its layers all have the same.</summary>
internal readonly record struct TransformerSettings(long Heads, torch.nn.Activations Activation)
{
    public AttentionSettings Attention => new(Heads, AddsZero: false);

    public static TransformerSettings Of(TransformerEncoderLayer layer, NamedWeights weights) =>
        Find(layer, weights, (size, one) => size.EncoderLayer(one), (module, inputs) => module.call(inputs[0]));

    public static TransformerSettings Of(TransformerDecoderLayer layer, NamedWeights weights) =>
        Find(layer, weights, (size, one) => size.DecoderLayer(one), (module, inputs) => module.call(inputs[0], inputs[1]));

    public static TransformerSettings Of(TransformerEncoder encoder, NamedWeights weights) => Find(
        encoder,
        weights.Part("layers.0"),
        (size, one) =>
        {
            using TransformerEncoderLayer layer = size.EncoderLayer(one);
            return torch.nn.TransformerEncoder(layer, weights.Layers().Count());
        },
        (module, inputs) => module.call(inputs[0]));

    public static TransformerSettings Of(TransformerDecoder decoder, NamedWeights weights) => Find(
        decoder,
        weights.Part("layers.0"),
        (size, one) =>
        {
            using TransformerDecoderLayer layer = size.DecoderLayer(one);
            return torch.nn.TransformerDecoder(layer, weights.Layers().Count());
        },
        (module, inputs) => module.call(inputs[0], inputs[1]));

    public static TransformerSettings Of(Transformer transformer, NamedWeights weights) => Find(
        transformer,
        weights.Part("encoder.layers.0"),
        (size, one) => torch.nn.Transformer(
            size.Width, one.Heads, weights.Part("encoder").Layers().Count(), weights.Part("decoder").Layers().Count(), size.Hidden, 0, one.Activation),
        (module, inputs) => module.call(inputs[0], inputs[1]));

    private static TransformerSettings Find<T>(T module, NamedWeights layer, Func<Size, TransformerSettings, T> make, Func<T, Tensor[], Tensor> run)
        where T : torch.nn.Module
    {
        using var scope = torch.NewDisposeScope();
        Tensor weight = layer["linear1.weight"];
        var size = new Size(weight.size(1), weight.size(0));
        Tensor[] inputs = Trial.Inputs(weight.device, [3, 2, size.Width], [4, 2, size.Width]);
        return Trial.Find(
            module,
            from heads in AttentionSettings.HeadsOf(size.Width)
            from activation in (torch.nn.Activations[])[torch.nn.Activations.ReLU, torch.nn.Activations.GELU]
            select new TransformerSettings(heads, activation),
            one => make(size, one),
            candidate => run(candidate, inputs));
    }

    private readonly record struct Size(long Width, long Hidden)
    {
        public TransformerEncoderLayer EncoderLayer(TransformerSettings one) => torch.nn.TransformerEncoderLayer(Width, one.Heads, Hidden, 0, one.Activation);

        public TransformerDecoderLayer DecoderLayer(TransformerSettings one) => torch.nn.TransformerDecoderLayer(Width, one.Heads, Hidden, 0, one.Activation);
    }
}
