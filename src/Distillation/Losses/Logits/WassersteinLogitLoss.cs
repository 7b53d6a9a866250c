using System.Runtime.InteropServices;
using System.Security.Cryptography;
using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// The Wasserstein distance of logits: how far probability must be moved between the classes to make the student's of the teacher's, where classes that are
/// alike are near (WKD-L; Lv et al., 2024).
/// </summary>
/// <remarks>
/// <para>
/// <c>(1/R) Σᵣ (−p_y log q_y + γ · Σᵢⱼ fᵢⱼ cᵢⱼ)</c>, where p = softmax(tᵣ) and q = softmax(sᵣ), for student logits s and teacher logits t, [N, C], [N, T, C] or
/// [N, C, H, W], as rows [R, C], and class ids y, [N], [N, T] or [N, H, W]. The flow f, of which Sinkhorn's iterations are taken, is from softmax(sᵣ/T) to
/// softmax(tᵣ/T) over the classes besides y, with the costs c and the regularization <see cref="Regularization"/>.
/// </para>
/// <para>
/// The values are those of the authors' code, which takes costs of the similarity (CKA) of the classes' features and makes them <c>1 − exp(−c)</c>; there T is
/// 8, and γ 200 to 600 on CIFAR-100; on ImageNet T is 2, and γ 25 or 30. <see cref="CosineCosts"/> takes them of the teacher's classifier. As there, the first
/// part is a cross entropy, and there is no factor T². Where a model rules out all classes but the label, they are alike.
/// </para>
/// </remarks>
public sealed class WassersteinLogitLoss : RowLoss
{
    private const double Epsilon = 1e-8;

    private readonly int _classes;
    private readonly double[] _costs;

    /// <summary>Creates the loss.</summary>
    /// <param name="costs">
    /// c: what it costs to move probability between two classes, a row of C numbers for each of the C classes; zero or positive, often in [0, 1]. They are
    /// copied. <see cref="CosineCosts"/> makes them.
    /// </param>
    /// <param name="gamma">γ: the weight of the distance; zero or positive. The default value is 200.</param>
    /// <param name="temperature">T: how soft the probabilities are that are moved; positive, at any place of the run. The default value is 8.</param>
    /// <exception cref="ArgumentException">A row has not as many costs as there are rows, or one is negative or not finite.</exception>
    public WassersteinLogitLoss(IReadOnlyList<IReadOnlyList<double>> costs, double gamma = 200, Schedule? temperature = null)
    {
        _classes = Require.Present(costs).Count;
        _costs = [.. costs.SelectMany(row => row)];
        Gamma = Require.NotNegative(gamma);
        Temperature = Loss.Temperature(temperature ?? 8);
        if (costs.FirstOrDefault(row => row.Count != _classes) is { } odd)
        {
            throw new ArgumentException($"Costs must be a row of {_classes} numbers for each of {_classes} classes, but a row has {odd.Count}.", nameof(costs));
        }

        foreach (double cost in _costs)
        {
            Require.NotNegative(cost, nameof(costs));
        }
    }

    /// <summary>Gets the weight of the distance.</summary>
    /// <value>Zero or positive. The default value is 200.</value>
    public double Gamma { get; }

    /// <summary>Gets how soft the probabilities are that are moved.</summary>
    /// <value>Positive. The default value is 8.</value>
    public Schedule Temperature { get; }

    /// <summary>Gets the entropic regularization: the larger, the more the flow is spread.</summary>
    /// <value>Positive; in the units of the costs. The default value is 0.05.</value>
    public double Regularization { get; init => field = Require.Positive(value); } = 0.05;

    /// <summary>Gets how many iterations the flow takes.</summary>
    /// <value>Positive. The default value is 10.</value>
    public int Iterations { get; init => field = Require.Positive(value); } = 10;

    internal override bool ComparesClasses => true;

    /// <summary>Computes costs from the directions of the classes in a classifier.</summary>
    /// <param name="weights">The weight of the teacher's last linear layer, [C, D], or any other vector of each class.</param>
    /// <param name="sharpness">k: how much smaller the largest costs become; zero or positive. The default value is 1.</param>
    /// <returns>The costs, C rows of C: <c>1 − exp(−k · c)</c> for <c>c = 1 − cos</c>, and c itself where k is 0.</returns>
    /// <exception cref="ArgumentException">The weights are no matrix.</exception>
    public static IReadOnlyList<IReadOnlyList<double>> CosineCosts(Tensor weights, double sharpness = 1)
    {
        Require.NotNegative(sharpness);
        if (Require.Present(weights).dim() != 2)
        {
            throw new ArgumentException($"The weights must be [C, D], a row for each class, but are {Shapes.Of(weights)}.", nameof(weights));
        }

        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor unit = UnitVectors.Of(weights.to(torch.ScalarType.Float64), 1);
        Tensor distance = unit.mm(unit.t()).RSub(1).ClampMin(0);
        double[] numbers = (sharpness > 0 ? distance.Mul(-sharpness).exp().RSub(1) : distance).cpu().contiguous().data<double>().ToArray();
        return [.. numbers.Chunk(checked((int)weights.size(0)))];
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, object? Value)> Describe() =>
    [
        .. base.Describe(),
        ("Classes", _classes),
        ("Costs", Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(_costs.AsSpan())))),
        (nameof(Gamma), Gamma),
        (nameof(Temperature), Temperature),
        (nameof(Regularization), Regularization),
        (nameof(Iterations), Iterations),
    ];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The costs are for another number of classes.</exception>
    public override Tensor ComputeRows(LogitRows rows)
    {
        if (rows.Classes != _classes)
        {
            throw new InvalidOperationException(
                $"Costs must be for the {rows.Classes} outputs of the student, but are for {_classes} classes.");
        }

        Tensor column = rows.Labels.unsqueeze(1);
        Tensor target = functional.softmax(rows.Teacher, 1).gather(1, column);
        Tensor ofLabel = TemperatureSoftmax.Term(target, functional.log_softmax(rows.Student, 1).gather(1, column)).squeeze(1).neg();
        return ofLabel.Add(Distance(rows).Mul(Gamma));
    }

    // The label has no probability on either side, so that one matrix of costs serves all rows.
    private Tensor Distance(LogitRows rows)
    {
        double temperature = Loss.At(Temperature, rows.Position);
        Tensor isLabel = TemperatureSoftmax.IsLabel(rows);
        Tensor student = TemperatureSoftmax.LogOthers(rows.Student, isLabel, temperature).exp().MaskedFill(isLabel, 0);
        Tensor teacher = TemperatureSoftmax.LogOthers(rows.Teacher, isLabel, temperature).exp().MaskedFill(isLabel, 0);
        Tensor costs = torch.tensor(_costs, dtype: student.dtype, device: student.device).view(_classes, _classes).Add(Epsilon);
        Tensor kernel = costs.Div(-Regularization).exp();
        Tensor left = student.detach().Gt(0).to(student.dtype);
        left = left / left.sum(1, keepdim: true).ClampMin(1);
        Tensor right = left;
        for (int i = 0; i < Iterations; i++)
        {
            right = teacher / left.mm(kernel).Add(Epsilon);
            left = student / right.mm(kernel.t()).Add(Epsilon);
        }

        return (left.mm(kernel * costs) * right).sum(1);
    }
}
