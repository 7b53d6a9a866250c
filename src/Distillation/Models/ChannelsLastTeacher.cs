namespace Distillation.Models;

/// <summary>A teacher that sees images with the channels last in memory.</summary>
internal sealed class ChannelsLastTeacher(ITeacher inner) : DelegatingTeacher(inner)
{
    public override ModelOutput Predict(Batch batch, FeatureSet features) => base.Predict(ChannelsLast.Of(batch), features);

    public override bool AcceptsRepeatedSamples => true;

    public override string? Fingerprint() => Inner.Fingerprint();

    protected override void Dispose(bool disposing)
    {
        Inner.Dispose();
        base.Dispose(disposing);
    }
}
