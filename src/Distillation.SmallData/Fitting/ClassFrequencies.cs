namespace Distillation.SmallData;

/// <summary>Fits a teacher that outputs the frequencies of the classes for every input: what any model must beat to know anything.</summary>
/// <remarks>
/// <c>p(c) = (n_c + ½) / (N + C/2)</c> for n_c samples of class c among N (Krichevsky and Trofimov, 1981). The out-of-fold outputs are those without the sample
/// itself.
/// </remarks>
public sealed record ClassFrequencies : ITeacherFitter
{
    private const double Prior = 0.5;

    /// <inheritdoc/>
    public string Name => "class frequencies";

    /// <inheritdoc/>
    public FittedTeacher Fit(LabeledSamples data, int seed, CancellationToken cancellationToken = default)
    {
        Require.Present(data);
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor labels = data.RequireLabels(Name);
        Tensor oneHot = torch.nn.functional.one_hot(labels, data.Classes).to(torch.ScalarType.Float64);
        Tensor counts = oneHot.sum(dim: 0).Add(Prior);
        Tensor outOfFold = (counts.unsqueeze(0) - oneHot).log_();
        long features = data.Inputs[0].numel();
        var teacher = new LinearTeacher(map: null, torch.zeros([features, data.Classes], torch.ScalarType.Float64, data.Inputs.device), counts.log());
        return new FittedTeacher(teacher, outOfFold);
    }
}
