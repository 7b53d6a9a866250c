using Distillation.Models;

namespace Distillation.SmallData;

/// <summary>Several teachers of one data set, and the mean of their calibrated probabilities, calibrated again, as one.</summary>
/// <remarks>
/// Of a regression and of several labels it is the mean of the outputs, and <see cref="ByLikelihood"/> weights them by the least squared error (stacking;
/// Breiman, 1996). The mean of calibrated probabilities is less sure than it should be (Ranjan and Gneiting, 2010); the temperature of its out-of-fold
/// logits cures that.
/// </remarks>
public sealed class AverageFitter : ITeacherFitter
{
    private readonly ITeacherFitter[] _fitters;

    /// <summary>Puts teachers together.</summary>
    /// <param name="fitters">At least one.</param>
    public AverageFitter(params IReadOnlyList<ITeacherFitter> fitters)
    {
        Require.Positive(Require.Present(fitters).Count, nameof(fitters));
        _fitters = [.. fitters.Select(fitter => Require.Present(fitter, nameof(fitters)))];
        Name = string.Join(" + ", _fitters.Select(fitter => fitter.Name));
    }

    /// <summary>
    /// Gets whether each teacher counts by what it brings to the likelihood of the labels out of fold (stacking of predictive distributions; Yao et al., 2018),
    /// instead of all alike.
    /// </summary>
    /// <value>
    /// The default value is <see langword="false"/>. With it the out-of-fold probabilities are a little better than they should be: as many weights were chosen
    /// by them as there are teachers.
    /// </value>
    public bool ByLikelihood { get; init; }

    /// <inheritdoc/>
    public string Name { get; init => field = Require.Present(value); }

    /// <inheritdoc/>
    public FittedTeacher Fit(LabeledSamples data, int seed, CancellationToken cancellationToken = default)
    {
        var members = new List<FittedTeacher>();
        try
        {
            foreach (ITeacherFitter fitter in _fitters)
            {
                members.Add(fitter.Fit(data, seed, cancellationToken));
            }
        }
        catch
        {
            members.ForEach(member => member.Dispose());
            throw;
        }

        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor truth = data.RequireScored(Name);
        Tensor each = torch.stack([.. members.Select(member => member.OutOfFold)]);
        double[] weights = ByLikelihood ? Stacking.Weights(each, truth, data.Rules) : [.. members.Select(_ => 1.0 / members.Count)];
        Tensor outputs = Stacking.Mean(each, weights, data.Rules);
        double temperature = data.Rules.Temperature(outputs, truth);
        EnsembleMean kind = data.Rules.IsClassification ? EnsembleMean.Probabilities : EnsembleMean.Logits;
        var mean = new EnsembleTeacher([.. members.Select(member => member.Teacher)], weights, kind);
        return new FittedTeacher(new ScaledTeacher(mean, temperature), outputs.DivInPlace(temperature), [mean, .. members]);
    }
}
