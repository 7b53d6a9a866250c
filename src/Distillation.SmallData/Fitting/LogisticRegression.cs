using Distillation.Data;
using Distillation.Evaluation;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>Fits a logistic regression with an L2 penalty, whose strength is chosen by cross-validation: the linear teacher.</summary>
/// <remarks>
/// <para>
/// It minimizes <c>½·‖W‖² + S·Σᵢ −log softmax(xᵢ·W + b)(yᵢ)</c> for the inverse strength S; intercepts are not penalized. For two classes the penalty is twice
/// as large, so that it is that of one vector of weights, the difference of both. This is the cost, and S the parameter <c>C</c>, of scikit-learn's
/// <c>LogisticRegression</c>. The fit is by a truncated Newton method in float64.
/// </para>
/// <para>
/// The inverse strength with the smallest negative log-likelihood out of fold wins; the temperature of the out-of-fold logits calibrates the teacher. A class
/// without a sample has the constant probability of about half a sample.
/// </para>
/// </remarks>
public sealed record LogisticRegression : ITeacherFitter
{
    private const double Tolerance = 1e-8;
    private const double RoughTolerance = 1e-5;

    /// <inheritdoc/>
    public string Name { get; init => field = Require.Present(value); } = "logistic regression";

    /// <summary>Gets what the model sees of inputs [N, ...]: features [N, ...]; the inputs themselves where there is none.</summary>
    /// <value>For images <see cref="HistogramOfGradients"/>; or a network without its head. The default value is <see langword="null"/>.</value>
    public Func<Tensor, Tensor>? FeatureMap { get; init; }

    /// <summary>Gets whether each feature is divided by its standard deviation over the samples, so that the penalty is the same for all units.</summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool Standardize { get; init; } = true;

    /// <summary>Gets the inverse strengths S of the penalty to choose from.</summary>
    /// <value>Positive, at least one. The default values go from 1e-3 to 100.</value>
    public IReadOnlyList<double> InverseStrengths { get; init => field = Checked(value); } = [1e-3, 1e-2, 0.1, 1, 10, 100];

    /// <summary>Gets in how many folds the strength is chosen.</summary>
    /// <value>At least 2; no more than samples are used. The default value is 5.</value>
    public int Folds { get; init => field = Require.InRange(value, 2, int.MaxValue); } = 5;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are fewer than 2 samples.</exception>
    public FittedTeacher Fit(LabeledSamples data, int seed, CancellationToken cancellationToken = default)
    {
        Require.Present(data);
        if (data.Count < 2)
        {
            throw new ArgumentException($"Cross-validation needs at least 2 samples, but there are {data.Count}.", nameof(data));
        }

        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor labels = data.RequireLabels(Name);
        Tensor features = KernelRidgeTeacher.FeaturesOf(data.Inputs, FeatureMap);
        (double inverseStrength, Tensor outOfFold) = Choose(features, labels, data.Classes, seed, cancellationToken);
        LinearModel whole = new(features, labels, data.Classes, Standardize);
        whole.Fit(inverseStrength, Tolerance, cancellationToken);
        double temperature = TemperatureScaling.Fit(outOfFold, labels);
        (Tensor weights, Tensor intercepts) = whole.Coefficients();
        return new FittedTeacher(
            new LinearTeacher(FeatureMap, weights.DivInPlace(temperature), intercepts.DivInPlace(temperature)), outOfFold.DivInPlace(temperature));
    }

    private static double[] Checked(IReadOnlyList<double> values)
    {
        Require.Positive(Require.Present(values, nameof(InverseStrengths)).Count, nameof(InverseStrengths));
        return [.. values.Select(value => Require.Positive(value, nameof(InverseStrengths))).Order()];
    }

    // From the strongest penalty on, each fit from the one before; once two in a row are worse than the best, weaker ones are too.
    private (double InverseStrength, Tensor OutOfFold) Choose(Tensor features, Tensor labels, long classes, int seed, CancellationToken cancellationToken)
    {
        using var scope = torch.NewDisposeScope();
        IReadOnlyList<Fold> folds = Split.StratifiedInFolds(labels.cpu().data<long>().ToArray(), (int)Math.Min(Folds, features.size(0)), seed);
        Tensor[] held = [.. folds.Select(fold => torch.tensor([.. fold.HeldOut]).to(features.device))];
        LinearModel[] models = [.. folds.Select(fold =>
        {
            Tensor rows = torch.tensor([.. fold.Train]).to(features.device);
            return new LinearModel(features.index_select(0, rows), labels.index_select(0, rows), classes, Standardize);
        })];
        (double best, double least, int worse) = (InverseStrengths[0], double.PositiveInfinity, 0);
        Tensor? kept = null;
        foreach (double inverseStrength in InverseStrengths)
        {
            Tensor outOfFold = torch.zeros([features.size(0), classes], torch.ScalarType.Float64, features.device);
            for (int i = 0; i < folds.Count; i++)
            {
                models[i].Fit(inverseStrength, RoughTolerance, cancellationToken);
                (Tensor weights, Tensor intercepts) = models[i].Coefficients();
                outOfFold.index_copy_(0, held[i], features.index_select(0, held[i]).matmul(weights).AddInPlace(intercepts));
            }

            double cost = functional.cross_entropy(outOfFold, labels).item<double>();
            if (cost < least)
            {
                (best, least, worse) = (inverseStrength, cost, 0);
                kept = outOfFold;
            }
            else if (++worse == 2)
            {
                break;
            }
        }

        return (best, kept!.MoveToOuterDisposeScope());
    }

    /// <summary>A model of some samples, which is fitted again for each strength.</summary>
    private sealed class LinearModel
    {
        private readonly Tensor _points;
        private readonly Tensor _targets;
        private readonly Tensor _present;
        private readonly Tensor _mean;
        private readonly Tensor _deviation;
        private readonly long _classes;
        private Tensor? _weights;

        public LinearModel(Tensor features, Tensor labels, long classes, bool standardize)
        {
            _classes = classes;
            (_present, Tensor? numbers, _) = torch.unique(labels, sorted: true, return_inverse: true);
            _targets = functional.one_hot(numbers!, _present.numel()).to(torch.ScalarType.Float64);
            _mean = standardize ? features.mean([0]) : torch.zeros([features.size(1)], features.dtype, features.device);
            Tensor deviation = features.std([0], unbiased: false);
            _deviation = standardize ? torch.where(deviation.Gt(0), deviation, torch.ones_like(deviation)) : torch.ones_like(deviation);
            _points = torch.cat([(features - _mean).div_(_deviation), torch.ones([features.size(0), 1], features.dtype, features.device)], 1);
        }

        public void Fit(double inverseStrength, double tolerance, CancellationToken cancellationToken) =>
            _weights = SoftmaxRegression.Fit(
                _points, _targets, (_targets.size(1) == 2 ? 2 : 1) / inverseStrength, _weights, tolerance, cancellationToken);

        /// <summary>Returns weights [D, C] and intercepts [C] for features as they came.</summary>
        public (Tensor Weights, Tensor Intercepts) Coefficients()
        {
            long features = _mean.numel();
            Tensor weights = _weights!.narrow(0, 0, features).div(_deviation.unsqueeze(1));
            Tensor intercepts = _weights!.select(0, features) - _mean.unsqueeze(0).matmul(weights).squeeze(0);
            if (_present.numel() == _classes)
            {
                return (weights, intercepts);
            }

            double mean = torch.logsumexp(_points.matmul(_weights!), 1).mean().item<double>();
            Tensor allWeights = torch.zeros([features, _classes], weights.dtype, weights.device);
            Tensor allIntercepts = KeptAliveScalar.Full([_classes], mean + Math.Log(0.5 / _points.size(0)), weights.dtype, weights.device);
            allWeights.index_copy_(1, _present, weights);
            allIntercepts.index_copy_(0, _present, intercepts);
            return (allWeights, allIntercepts);
        }
    }
}
