using Distillation.Evaluation;

namespace Distillation;

/// <summary>A number that says how good the outputs of a model are for labeled data.</summary>
/// <remarks>
/// <para>
/// A metric is immutable: <see cref="Measure"/> returns what one batch contributes, its state; states of batches, or of shards of the data, are merged by
/// <see cref="Reduction"/>; <see cref="Compute"/> returns the value of the merged state. A <see cref="MetricAccumulator"/> does this in a loop. The value does
/// not depend on the sizes of the batches, but for rounding in float64.
/// </para>
/// <para>A metric of one's own derives from this class:</para>
/// <code>
/// public sealed class MaxError : Metric
/// {
///     public override bool HigherIsBetter =&gt; false;
///     public override MetricReduction Reduction =&gt; MetricReduction.Concatenate;
///     public override Tensor Measure(MetricInput input) =&gt; (input.Targets.Predictions - input.Targets.Targets).abs();
///     public override double Compute(Tensor state) =&gt; state.numel() == 0 ? double.NaN : state.max().item&lt;double&gt;();
/// }
/// </code>
/// </remarks>
public abstract class Metric : ISelfDescribing
{
    /// <summary>Gets <see cref="Evaluation.Accuracy"/>; higher is better.</summary>
    public static Metric Accuracy { get; } = new Accuracy();

    /// <summary>Gets <see cref="Evaluation.NegativeLogLikelihood"/>; lower is better.</summary>
    public static Metric NegativeLogLikelihood { get; } = new NegativeLogLikelihood();

    /// <summary>Gets <see cref="Evaluation.BrierScore"/>; lower is better.</summary>
    public static Metric BrierScore { get; } = new BrierScore();

    /// <summary>Gets <see cref="Evaluation.ExpectedCalibrationError"/>, of 15 bins; lower is better.</summary>
    public static Metric ExpectedCalibrationError { get; } = new ExpectedCalibrationError();

    /// <summary>Gets <see cref="Evaluation.MacroF1"/>; higher is better.</summary>
    public static Metric MacroF1 { get; } = new MacroF1();

    /// <summary>Gets <see cref="Evaluation.MicroF1"/>; higher is better.</summary>
    public static Metric MicroF1 { get; } = new MicroF1();

    /// <summary>Gets <see cref="Evaluation.Auroc"/>; higher is better.</summary>
    public static Metric Auroc { get; } = new Auroc();

    /// <summary>Gets <see cref="Evaluation.Perplexity"/>; lower is better.</summary>
    public static Metric Perplexity { get; } = new Perplexity();

    /// <summary>Gets <see cref="Evaluation.MeanIntersectionOverUnion"/>; higher is better.</summary>
    public static Metric MeanIntersectionOverUnion { get; } = new MeanIntersectionOverUnion();

    /// <summary>Gets <see cref="Evaluation.LabelMacroF1"/>; higher is better.</summary>
    public static Metric LabelMacroF1 { get; } = new LabelMacroF1();

    /// <summary>Gets <see cref="Evaluation.LabelMicroF1"/>; higher is better.</summary>
    public static Metric LabelMicroF1 { get; } = new LabelMicroF1();

    /// <summary>Gets <see cref="Evaluation.LabelAuroc"/>; higher is better.</summary>
    public static Metric LabelAuroc { get; } = new LabelAuroc();

    /// <summary>Gets <see cref="Evaluation.MeanAveragePrecision"/>; higher is better.</summary>
    public static Metric MeanAveragePrecision { get; } = new MeanAveragePrecision();

    /// <summary>Gets <see cref="Evaluation.ExactMatch"/>; higher is better.</summary>
    public static Metric ExactMatch { get; } = new ExactMatch();

    /// <summary>Gets <see cref="Evaluation.MeanSquaredError"/>; lower is better.</summary>
    public static Metric MeanSquaredError { get; } = new MeanSquaredError();

    /// <summary>Gets <see cref="Evaluation.RootMeanSquaredError"/>; lower is better.</summary>
    public static Metric RootMeanSquaredError { get; } = new RootMeanSquaredError();

    /// <summary>Gets <see cref="Evaluation.MeanAbsoluteError"/>; lower is better.</summary>
    public static Metric MeanAbsoluteError { get; } = new MeanAbsoluteError();

    /// <summary>Gets <see cref="Evaluation.R2Score"/>; higher is better.</summary>
    public static Metric R2Score { get; } = new R2Score();

    /// <summary>Gets <see cref="Evaluation.SpearmanCorrelation"/>; higher is better.</summary>
    public static Metric SpearmanCorrelation { get; } = new SpearmanCorrelation();

    /// <summary>Gets the name, by which reports list the value; two metrics of one name must be the same.</summary>
    /// <value>The default value is the name of the type.</value>
    public virtual string Name => GetType().Name;

    /// <summary>Gets whether a larger number is the better one.</summary>
    public abstract bool HigherIsBetter { get; }

    /// <summary>Gets how the states of several batches become one.</summary>
    /// <value>The default value is <see cref="MetricReduction.Sum"/>.</value>
    public virtual MetricReduction Reduction => MetricReduction.Sum;

    /// <summary>Creates <see cref="Evaluation.TopKAccuracy"/>; higher is better.</summary>
    /// <param name="k">How many count; positive.</param>
    /// <returns>The metric.</returns>
    public static Metric TopKAccuracy(int k) => new TopKAccuracy(k);

    /// <summary>Creates <see cref="Evaluation.LabelF1"/>; higher is better.</summary>
    /// <param name="label">The number of the label, from 0.</param>
    /// <returns>The metric.</returns>
    public static Metric LabelF1(int label) => new LabelF1(label);

    /// <summary>Creates <see cref="RetrievalRecall"/>; higher is better.</summary>
    /// <param name="k">How many count as found; positive.</param>
    /// <returns>The metric.</returns>
    public static Metric RecallAt(int k) => new RetrievalRecall(k);

    /// <summary>Creates <see cref="RetrievalNdcg"/>; higher is better.</summary>
    /// <param name="k">How many are looked at; positive.</param>
    /// <returns>The metric.</returns>
    public static Metric NdcgAt(int k) => new RetrievalNdcg(k);

    /// <summary>Returns what a batch contributes.</summary>
    /// <param name="input">The output of the model beside the labels. There may be no row that counts.</param>
    /// <returns>The state, best in float64: of one shape for every batch, or with any number of rows where states are concatenated.</returns>
    /// <exception cref="ArgumentException">Output and labels do not have the form that the metric reads.</exception>
    public abstract Tensor Measure(MetricInput input);

    /// <summary>Returns the value.</summary>
    /// <param name="state">The merged state of all batches.</param>
    /// <returns>The value; NaN where it is not defined, such as the correlation of constants.</returns>
    public abstract double Compute(Tensor state);

    /// <summary>Creates an accumulator of this metric.</summary>
    /// <returns>The accumulator; the caller disposes it.</returns>
    public MetricAccumulator CreateAccumulator() => new(this);

    /// <summary>Returns whether one value is better than another.</summary>
    /// <param name="candidate">The value.</param>
    /// <param name="best">The value to beat.</param>
    /// <param name="minimumImprovement">By how much it must be beaten at least; any bit where it is 0.</param>
    /// <returns><see langword="true"/> if it is. What is not a number is never better, and any number is better than what is none.</returns>
    public bool IsBetter(double candidate, double best, double minimumImprovement = 0)
    {
        double gain = HigherIsBetter ? candidate - best : best - candidate;
        return double.IsNaN(best) ? !double.IsNaN(candidate) : gain > 0 && gain >= minimumImprovement;
    }

    /// <summary>Lists the settings by which checkpoints compare metrics.</summary>
    /// <returns>The name and <see cref="HigherIsBetter"/>; a derived class adds settings that the name does not have.</returns>
    public virtual IEnumerable<(string Name, object? Value)> Describe() => [(nameof(Name), Name), (nameof(HigherIsBetter), HigherIsBetter)];

    /// <inheritdoc/>
    public override string ToString() => Name;
}
