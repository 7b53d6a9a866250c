using Distillation.Models;

namespace Distillation.Losses;

/// <summary>A student that ends in a projector and another model's classifier.</summary>
internal sealed class ReusedClassifierTeacher(IStudent student, ReusedClassifierLoss loss) : DelegatingTeacher(new StudentTeacher(student))
{
    public override ModelOutput Predict(Batch batch, FeatureSet features)
    {
        ModelOutput said = base.Predict(batch, features | loss.Features.Student);
        using var noGradient = torch.no_grad();
        return new ModelOutput(loss.Classify(said[loss.StudentLayer]), features.ToDictionary(feature => feature, feature => said[feature]));
    }
}
