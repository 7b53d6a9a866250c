using Distillation.Evaluation;
using Distillation.Models;
using static TorchSharp.torch.nn;

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
    public string Name => string.Join(" + ", _fitters.Select(fitter => fitter.Name));

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
        if (!data.Rules.IsClassification)
        {
            return OfOutputs(data, members);
        }

        Tensor each = torch.stack([.. members.Select(member => functional.log_softmax(member.OutOfFold, 1))]);
        double[] weights = ByLikelihood ? Weights(OfLabels(each.exp(), data.RequireLabels())) : [.. members.Select(_ => 1.0 / members.Count)];
        Tensor logits = torch.logsumexp(each.Add(torch.tensor(weights, each.dtype, each.device).log_().view(-1, 1, 1)), 0);
        double temperature = TemperatureScaling.Fit(logits, data.RequireLabels());
        var mean = new EnsembleTeacher([.. members.Select(member => member.Teacher)], weights);
        return new FittedTeacher(new ScaledTeacher(mean, temperature), logits.DivInPlace(temperature), [mean, .. members]);
    }

    // The mean of outputs, by weights with the least squared distance to the labels; several labels are compared as probabilities.
    private FittedTeacher OfOutputs(LabeledSamples data, List<FittedTeacher> members)
    {
        Tensor truth = data.RequireTargetRows(Name);
        Tensor each = torch.stack([.. members.Select(member => member.OutOfFold)]);
        Tensor scales = data.Rules.IsRegression ? truth.std([0], unbiased: false).ClampMin(1e-150) : torch.ones_like(truth[0]);
        Tensor compared = (data.Rules.IsRegression ? each : torch.sigmoid(each)) / scales;
        double[] weights = ByLikelihood
            ? SimplexWeights.LeastSquares(compared.flatten(1), (truth / scales).flatten())
            : [.. members.Select(_ => 1.0 / members.Count)];
        Tensor outputs = (each * torch.tensor(weights, each.dtype, each.device).view(-1, 1, 1)).sum(0, keepdim: false, type: null);
        double temperature = data.Rules.Temperature(outputs, truth);
        var mean = new EnsembleTeacher([.. members.Select(member => member.Teacher)], weights, EnsembleMean.Logits);
        return new FittedTeacher(new ScaledTeacher(mean, temperature), outputs.DivInPlace(temperature), [mean, .. members]);
    }

    // [K][M]: the probability that each teacher gives each label.
    private static double[][] OfLabels(Tensor probabilities, Tensor labels) =>
        [
            .. Enumerable.Range(0, (int)probabilities.size(0))
                .Select(number => probabilities[number].gather(1, labels.unsqueeze(1)).to(torch.ScalarType.Float64).cpu().data<double>().ToArray()),
        ];

    // Expectation maximization for the shares of a mixture; the likelihood is concave in them.
    private static double[] Weights(double[][] ofLabels)
    {
        const int Rounds = 200;
        double[] weights = [.. ofLabels.Select(_ => 1.0 / ofLabels.Length)];
        for (int round = 0; round < Rounds; round++)
        {
            double[] mixed =
                [.. Enumerable.Range(0, ofLabels[0].Length).Select(sample => Enumerable.Range(0, weights.Length).Sum(k => weights[k] * ofLabels[k][sample]))];
            weights = [.. weights.Select((weight, k) => mixed.Select((whole, sample) => whole > 0 ? weight * ofLabels[k][sample] / whole : weight).Average())];
        }

        return weights;
    }
}
