using Distillation.Models;

namespace Distillation.SmallData;

/// <summary>Several teachers as one, each of which counts only for the classes that it was trained on.</summary>
/// <remarks>
/// <para>
/// <c>p(c) ∝ Σ wₘ pₘ(c) / Σ wₘ</c>, both sums over the members m that have seen class c; the logits are log p. A class that no member of a weight has seen has
/// the probability 0.
/// </para>
/// <para>
/// So that logits are finite, p is not less than the smallest normal number of its type, 1.2e-38 in float32, before it is scaled to sum to 1: its logarithm is
/// about −87. Half precision is computed in float32.
/// </para>
/// </remarks>
public sealed class PartialLabelEnsemble : IEnsemble
{
    private readonly PartialLabelMember[] _members;

    /// <summary>Creates one teacher of several.</summary>
    /// <param name="members">
    /// The teachers with their classes, at least one, all with logits of the same classes in the same order; they stay the caller's. Their weights are not all
    /// zero.
    /// </param>
    /// <exception cref="ArgumentException">There is no member, or none has a weight.</exception>
    public PartialLabelEnsemble(params IReadOnlyList<PartialLabelMember> members)
    {
        _members = [.. Require.Present(members)];
        if (_members.Length == 0 || _members.Contains(null))
        {
            throw new ArgumentException("A teacher of several must have at least one member, and none of them may be null.", nameof(members));
        }

        if (_members.All(member => member.Weight == 0))
        {
            throw new ArgumentException($"The weights of {_members.Length} members must not all be zero.", nameof(members));
        }
    }

    /// <summary>Gets the ids of the classes that some member of a weight has seen, in order.</summary>
    public IReadOnlyList<long> Classes => [.. _members.Where(member => member.Weight > 0).SelectMany(member => member.Classes).Distinct().Order()];

    /// <inheritdoc/>
    public IReadOnlyList<ITeacher> Members => [.. _members.Select(member => member.Teacher)];

    /// <inheritdoc/>
    public IReadOnlyCollection<Feature> AvailableFeatures => [];

    /// <summary>Returns whether a member has a weight for a class.</summary>
    /// <param name="member">The number of the member, in [0, number of members).</param>
    /// <param name="label">The class id.</param>
    /// <returns>Whether the member has a weight and has seen the class.</returns>
    public bool HasWeight(int member, long label) => _members[Require.InRange(member, 0, _members.Length - 1)] is { Weight: > 0 } one && one.Saw(label);

    /// <inheritdoc/>
    public bool AcceptsRepeatedSamples => true;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Members give different shapes, or one has seen a class that it has no logit for.</exception>
    public ModelOutput Predict(Batch batch, FeatureSet features) => Predict(batch, features, CancellationToken.None);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Members give different shapes, or one has seen a class that it has no logit for.</exception>
    public ModelOutput Predict(Batch batch, FeatureSet features, CancellationToken cancellationToken)
    {
        if (Require.Present(features).Count > 0)
        {
            throw new ArgumentException($"A teacher of several members has no inner layers of its own, and cannot give {features}.", nameof(features));
        }

        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor[] outputs = [.. _members.Select(member => member.Teacher.Predict(batch, FeatureSet.None, cancellationToken).Logits)];
        RequireSameClasses(outputs);
        torch.ScalarType type = outputs[0].dtype;
        double[][] shares = Shares(outputs[0].size(-1));
        Tensor? sum = null;
        for (int number = 0; number < outputs.Length; number++)
        {
            Tensor probabilities = torch.nn.functional.softmax(outputs[number], -1, type == torch.ScalarType.Float64 ? type : torch.ScalarType.Float32);
            Tensor share = probabilities.mul_(torch.tensor(shares[number], probabilities.dtype, probabilities.device));
            sum = sum is null ? share : sum.AddInPlace(share);
        }

        double floor = torch.finfo(sum!.dtype).tiny;
        Tensor logits = torch.nn.functional.log_softmax(sum.ClampMinInPlace(floor).log_(), -1).to(type);
        return new ModelOutput(logits.MoveToOuterDisposeScope());
    }

    // The weight of each member for each class: [members][classes].
    private double[][] Shares(long classes)
    {
        double[] whole = [.. Enumerable.Range(0, (int)classes).Select(id => _members.Where(member => member.Saw(id)).Sum(member => member.Weight))];
        return [.. _members.Select(member => whole.Select((sum, id) => sum > 0 && member.Saw(id) ? member.Weight / sum : 0).ToArray())];
    }

    private void RequireSameClasses(Tensor[] outputs)
    {
        for (int number = 0; number < outputs.Length; number++)
        {
            if (!Shapes.Same(outputs[0], outputs[number]))
            {
                throw new InvalidOperationException(
                    $"All members must give the same shape, but the first gave {Shapes.Of(outputs[0])} and number {number} gave {Shapes.Of(outputs[number])}.");
            }

            long most = _members[number].Classes.Max();
            if (most >= outputs[number].size(-1))
            {
                throw new InvalidOperationException(
                    $"Member {number} has seen class {most}, but gave logits {Shapes.Of(outputs[number])}, of {outputs[number].size(-1)} classes.");
            }
        }
    }
}
