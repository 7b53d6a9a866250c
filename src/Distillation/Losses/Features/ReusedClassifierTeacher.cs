using Distillation.Models;

namespace Distillation.Losses;

/// <summary>A student that ends in a projector and another model's classifier.</summary>
internal sealed class ReusedClassifierTeacher(IStudent student, ReusedClassifierLoss loss) : DelegatingTeacher(new StudentTeacher(student))
{
    public override bool AcceptsRepeatedSamples => true;

    public override ModelOutput Predict(Batch batch, FeatureSet features)
    {
        ModelOutput output = base.Predict(batch, features | loss.Features.Student);
        using var noGradient = torch.no_grad();
        return new ModelOutput(loss.Classify(output[loss.StudentLayer]), features.ToDictionary(feature => feature, feature => output[feature]));
    }
}
