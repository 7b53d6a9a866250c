namespace Distillation.Models;

/// <summary>A teacher whose logits are the outputs of an inner layer, or what a classifier makes of them.</summary>
/// <param name="inner">The teacher; the caller disposes it.</param>
/// <param name="layer">The layer.</param>
/// <param name="classify">Maps the outputs of the layer to logits; nothing if the outputs are the logits.</param>
internal sealed class LayerTeacher(ITeacher inner, Feature layer, Func<Tensor, Tensor>? classify = null) : DelegatingTeacher(inner)
{
    public override bool AcceptsRepeatedSamples => Inner.AcceptsRepeatedSamples;

    public override string? Fingerprint() => classify is null && Inner.Fingerprint() is { } fingerprint ? $"layer '{layer}' of {fingerprint}" : null;

    public override ModelOutput Predict(Batch batch, FeatureSet features)
    {
        ModelOutput output = base.Predict(batch, features | FeatureSet.Of(layer));
        using var noGradient = torch.no_grad();
        Tensor logits = classify is null ? output[layer] : classify(output[layer]);
        return new ModelOutput(logits, features.ToDictionary(feature => feature, feature => output[feature]));
    }
}
