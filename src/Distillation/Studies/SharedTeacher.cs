using Distillation.Models;

namespace Distillation.Studies;

/// <summary>A teacher of several trainings at once: it predicts for one after the other.</summary>
/// <param name="inner">The teacher.</param>
/// <param name="turn">Held while the teacher predicts.</param>
internal sealed class SharedTeacher(ITeacher inner, Lock turn) : DelegatingTeacher(inner)
{
    public override bool AcceptsRepeatedSamples => Inner.AcceptsRepeatedSamples;

    public override string? Fingerprint() => Inner.Fingerprint();

    public override ModelOutput Predict(Batch batch, FeatureSet features, CancellationToken cancellationToken)
    {
        lock (turn)
        {
            return base.Predict(batch, features, cancellationToken);
        }
    }
}
