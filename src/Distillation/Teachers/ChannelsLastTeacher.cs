namespace Distillation.Teachers;

/// <summary>A teacher that sees images with the channels last in memory.</summary>
internal sealed class ChannelsLastTeacher(ITeacher inner) : DelegatingTeacher(inner)
{
    public override ModelOutput Predict(Batch batch, FeatureSet features) => Inner.Predict(ChannelsLast.Of(batch), features);

    protected override void Dispose(bool disposing)
    {
        Inner.Dispose();
        base.Dispose(disposing);
    }
}
