namespace Distillation.Models;

/// <summary>Any code as a teacher.</summary>
internal sealed class FunctionTeacher(Func<Batch, Tensor> function) : ITeacher
{
    public IReadOnlyCollection<Feature> AvailableFeatures => [];

    public ModelOutput Predict(Batch batch, FeatureSet features)
    {
        if (features.Count > 0)
        {
            throw new ArgumentException(
                $"A teacher made of a function has no inner layers, and cannot give {features}. Make it of a module, or implement {nameof(ITeacher)}.",
                nameof(features));
        }

        using var noGradient = torch.no_grad();

        // The function may have switched gradients on, or give a tensor that it keeps.
        return new ModelOutput(function(batch).detach());
    }
}
