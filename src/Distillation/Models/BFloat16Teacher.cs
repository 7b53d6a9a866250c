namespace Distillation.Models;

/// <summary>A teacher whose linear and convolutional layers compute in bfloat16.</summary>
internal sealed class BFloat16Teacher(torch.nn.Module module, ITeacher inner) : DelegatingTeacher(inner)
{
    private readonly BFloat16Layers _layers = new(module);

    public override ModelOutput Predict(Batch batch, FeatureSet features) => _layers.Run(() => base.Predict(batch, features));

    public override bool AcceptsRepeatedSamples => true;

    public override string? Fingerprint() => Inner.Fingerprint() is { } inner ? $"{inner} in bfloat16" : null;

    protected override void Dispose(bool disposing)
    {
        _layers.Dispose();
        Inner.Dispose();
        base.Dispose(disposing);
    }
}
