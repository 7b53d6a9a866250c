using Distillation.Models;
using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// Soft targets of a teacher of which only the k likeliest classes are known, as language models are recorded: the student matches their probabilities.
/// </summary>
/// <remarks>
/// <para>
/// <c>T² · (1/R) Σᵣ Σᵢ qᵢ (log qᵢ − log softmax(s/T)[cᵢ])</c>, for student logits s, [N, C] or [N, T, C] (or [N, C, H, W]), as rows [R, C], and the k listed
/// classes c of each row. They and their log-probabilities l are layers of the teacher, <see cref="Indices"/> and <see cref="LogProbabilities"/>, [N, k] or [N,
/// T, k] (or [N, k, H, W]), which a <see cref="Models.TopKTeacher"/> or a recording gives. The teacher's logits are not read.
/// </para>
/// <para>
/// With <see cref="MissingProbability.Renormalized"/> q = softmax(l/T) over the list. With <see cref="MissingProbability.OneBucket"/> q = exp(l), T is 1, and
/// the row has one term more: <c>q₀ (log q₀ − log p₀)</c>, <c>q₀ = 1 − Σ qᵢ</c>, for the sum p₀ of the student's probabilities outside the list. Where the list
/// has all classes there is no bucket, and both are the same.
/// </para>
/// <para>
/// These are DistillKit's <c>zero</c> and, at temperature 1, <c>symmetric_uniform</c> (spreading a bucket evenly over the same classes on both sides leaves the
/// divergence as it is); there the mass of the others is kept from 0 by 1e-6.
/// </para>
/// </remarks>
public sealed class SparseTargetLoss : RowLoss, IRowGradient
{
    /// <summary>Creates the loss.</summary>
    /// <param name="temperature">
    /// T: how soft the probabilities are; positive, at any place of the run. The default value is 1, the only one with
    /// <see cref="MissingProbability.OneBucket"/>.
    /// </param>
    /// <param name="missing">What is taken of the other classes. The default is <see cref="MissingProbability.Renormalized"/>.</param>
    /// <exception cref="ArgumentException">A temperature other than 1 with one bucket: what softening makes of the bucket depends on what is in it.</exception>
    public SparseTargetLoss(Schedule? temperature = null, MissingProbability missing = MissingProbability.Renormalized)
    {
        Temperature = Loss.Temperature(temperature ?? 1);
        Missing = Require.Defined(missing);
        if (missing == MissingProbability.OneBucket && Temperature is not Schedule.Constant { Value: 1 })
        {
            throw new ArgumentException(
                $"With {nameof(MissingProbability.OneBucket)} the temperature must be 1: how a softer teacher would share out the bucket is not known.",
                nameof(temperature));
        }
    }

    /// <summary>Gets the layer of the teacher that has the listed classes, int64.</summary>
    public static Feature Indices { get; } = TopKFeatures.Indices;

    /// <summary>Gets the layer of the teacher that has the log-probabilities of the listed classes, at temperature 1.</summary>
    public static Feature LogProbabilities { get; } = TopKFeatures.LogProbabilities;

    /// <summary>Gets how soft the probabilities are.</summary>
    /// <value>Positive. The default value is 1.</value>
    public Schedule Temperature { get; }

    /// <summary>Gets what is taken of the classes that are not listed.</summary>
    public MissingProbability Missing { get; }

    /// <inheritdoc/>
    public override RequiredFeatures Features { get; } = new(FeatureSet.None, FeatureSet.Of(Indices, LogProbabilities));

    /// <inheritdoc/>
    public override IRowGradient RowGradient => this;

    internal override bool ComparesClasses => true;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
        [.. base.Describe(), (nameof(Temperature), Temperature), (nameof(Missing), Missing)];

    /// <inheritdoc/>
    public override Tensor ComputeRows(LogitRows rows)
    {
        (Tensor indices, Tensor log, Tensor target, double temperature) = Read(rows);
        Tensor scaled = rows.Student.Div(temperature);
        Tensor total = scaled.logsumexp(1, keepdim: true);
        Tensor values = TemperatureSoftmax.Term(target, log - (TopKTargets.Gather(scaled, indices) - total)).sum(1);
        if (HasBucket(rows, indices))
        {
            (Tensor missing, Tensor logMissing) = Rest(target);
            Tensor logOthers = TemperatureSoftmax.LogSum(TopKTargets.Others(scaled, indices)) - total;
            values = values.Add(TemperatureSoftmax.Term(missing, logMissing - logOthers.squeeze(1)));
        }

        return values.Mul(temperature * temperature);
    }

    /// <inheritdoc/>
    RowLossGradient IRowGradient.Compute(LogitRows rows)
    {
        (Tensor indices, Tensor log, Tensor target, double temperature) = Read(rows);
        Tensor student = functional.log_softmax(rows.Student.Div(temperature), 1);
        Tensor values = TemperatureSoftmax.Term(target, log - TopKTargets.Gather(student, indices)).sum(1);
        Tensor mass = target.sum(1);
        Tensor gradient;
        if (HasBucket(rows, indices))
        {
            (Tensor missing, Tensor logMissing) = Rest(target);
            Tensor others = TopKTargets.Others(student, indices);
            values.AddInPlace(TemperatureSoftmax.Term(missing, logMissing - TemperatureSoftmax.LogSum(others).squeeze(1)));
            Tensor shares = functional.softmax(others.MaskedFill(TemperatureSoftmax.IsEmpty(others), 0), 1);
            gradient = student.exp_().mul_(mass.AddInPlace(missing).unsqueeze(1)).sub_(shares.mul_(missing.unsqueeze(1)));
        }
        else
        {
            gradient = student.exp_().mul_(mass.unsqueeze(1));
        }

        return new(values.MulInPlace(temperature * temperature), gradient.scatter_add_(1, indices, target.neg()).MulInPlace(temperature));
    }

    // The probability of the classes that are not listed, [R], and its logarithm. What rounding leaves of a list that has all of it is 0.
    private static (Tensor Missing, Tensor Log) Rest(Tensor target)
    {
        Tensor missing = target.sum(1).RSub(1);
        missing.MaskedFillInPlace(missing.Le(target.size(1) * torch.finfo(target.dtype).eps), 0);
        return (missing, missing.log().ClampMinInPlace(Loss.MinLogarithm));
    }

    private bool HasBucket(LogitRows rows, Tensor indices) => Missing == MissingProbability.OneBucket && indices.size(1) < rows.Classes;

    private (Tensor Indices, Tensor Log, Tensor Target, double Temperature) Read(LogitRows rows)
    {
        (Tensor indices, Tensor log) = TopKTargets.Read(rows);
        double temperature = Loss.At(Temperature, rows.Position);
        log = (HasBucket(rows, indices) ? log : functional.log_softmax(log.Div(temperature), 1)).ClampMin(Loss.MinLogarithm);
        return (indices, log, log.exp(), temperature);
    }
}
