using Distillation.Teachers;
using static TorchSharp.torch.nn;

namespace Distillation.Generation;

/// <summary>Several teachers of one data set, and the mean of their calibrated probabilities as one.</summary>
public sealed class AverageFitter : ITeacherFitter
{
    private readonly ITeacherFitter[] _fitters;

    /// <summary>Puts teachers together.</summary>
    /// <param name="fitters">At least one.</param>
    public AverageFitter(params IReadOnlyList<ITeacherFitter> fitters)
    {
        Require.Positive(Require.Present(fitters).Count, nameof(fitters));
        _fitters = [.. fitters.Select(fitter => Require.Present(fitter, nameof(fitters)))];
    }

    /// <inheritdoc/>
    public string Name => string.Join(" + ", _fitters.Select(fitter => fitter.Name));

    /// <inheritdoc/>
    public FittedTeacher Fit(Originals data, int seed, CancellationToken cancellationToken = default)
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
        Tensor probabilities = torch.stack([.. members.Select(member => functional.softmax(member.OutOfFold, 1))]).mean([0]);
        return new FittedTeacher(new EnsembleTeacher([.. members.Select(member => member.Teacher)]), probabilities.log_(), [.. members]);
    }
}
