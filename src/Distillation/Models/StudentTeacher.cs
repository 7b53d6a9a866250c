namespace Distillation.Models;

/// <summary>A student as a teacher, with the weights it has at each prediction.</summary>
internal sealed class StudentTeacher(IStudent student) : INetworkTeacher
{
    public torch.nn.Module Network => student.Module;

    public IReadOnlyCollection<Feature>? AvailableFeatures => student.AvailableFeatures;

    public string Fingerprint() => ModuleFingerprint.Of(student.Module);

    public ModelOutput Predict(Batch batch, FeatureSet features)
    {
        using var noGradient = torch.no_grad();
        using IDisposable? mode = ModuleTree.Evaluating(student.Module);
        return student.Forward(batch, features).WithComputedLogits();
    }
}
