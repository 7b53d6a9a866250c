namespace Distillation.Models;

/// <summary>Any code as a teacher.</summary>
internal sealed class FunctionTeacher(Func<Batch, Tensor> function) : ITeacher
{
    public IReadOnlyCollection<Feature> AvailableFeatures => [];

    public ModelOutput Predict(Batch batch, FeatureSet features)
    {
        RequireNone(features);
        using var noGradient = torch.no_grad();

        // The function may have switched gradients on, or give a tensor that it keeps.
        return new ModelOutput(function(batch).detach());
    }

    /// <exception cref="ArgumentException">Inner layers are required.</exception>
    public static void RequireNone(FeatureSet features)
    {
        if (features.Count > 0)
        {
            throw new ArgumentException(
                $"A teacher that is a function has no inner layers, but {features} is required. Create it from a module, or implement {nameof(ITeacher)}.",
                nameof(features));
        }
    }
}
