using Distillation.Models;

namespace Distillation.SmallData;

/// <summary>Several teachers as one, each of which counts for the classes that it was trained on, and as often as it has seen them.</summary>
/// <remarks>
/// <para>
/// A member m whose samples had class shares πₘ computes qₘ(c), an estimate of <c>p(c)·πₘ(c) / Zₘ</c> with <c>Zₘ = Σₖ p(k)·πₘ(k)</c>: the wanted probabilities
/// under its own shares of the classes. The ensemble maximizes <c>Σ wₘ Σ_c qₘ(c)·log(p(c)·πₘ(c)/Zₘ)</c> over p, with the members' weights wₘ, by 20 steps of
/// </para>
/// <code>p(c) ← Σ wₘ qₘ(c) / Σ (wₘ πₘ(c) / Zₘ), scaled to sum to 1,</code>
/// <para>
/// from equal probabilities. So the outputs of a member are divided by its class shares; its weight for a class grows with its samples of that class; and a
/// member whose classes are unlikely for a sample counts less for it, as Zₘ is small. Where all members have the same shares of all classes, p is the weighted
/// mean. It is the pairwise coupling of Hastie and Tibshirani, 1998, for members of any classes, by the minorization of Hunter, 2004, with the correction of
/// class priors of Saerens, Latinne and Decaestecker, 2002. Shares are smoothed, <c>(π + 0.0001) / (1 + 0.0001·C)</c>, so that an output for a class that a
/// member has not seen is little evidence and not infinitely much. A class that no member of a weight has seen has the probability 0.
/// </para>
/// <para>
/// So that logits are finite, p is not less than the smallest normal number of its type, 1.2e-38 in float32, before it is scaled to sum to 1: its logarithm is
/// about −87. Half precision is computed in float32.
/// </para>
/// </remarks>
public sealed class PartialLabelEnsemble : IEnsemble
{
    private const int Steps = 20;
    private const double Smoothing = 1e-4;

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
        torch.ScalarType exact = type == torch.ScalarType.Float64 ? type : torch.ScalarType.Float32;
        long classes = outputs[0].size(-1);
        double whole = _members.Sum(member => member.Weight);
        Tensor mean = torch.zeros_like(outputs[0], exact);
        for (int number = 0; number < outputs.Length; number++)
        {
            Tensor logits = _members[number].Temperature == 1 ? outputs[number] : outputs[number].Div(_members[number].Temperature);
            mean.AddInPlace(torch.nn.functional.softmax(logits, -1, exact), _members[number].Weight / whole);
        }

        Tensor shares = torch.tensor(Shares(classes), [_members.Length, classes], exact, mean.device);
        Tensor weights = torch.tensor([.. _members.Select(member => member.Weight / whole)], exact, mean.device);
        Tensor coupled = Couple(mean, shares, weights);
        return new ModelOutput(torch.nn.functional.log_softmax(coupled.ClampMinInPlace(torch.finfo(exact).tiny).log_(), -1).to(type).MoveToOuterDisposeScope());
    }

    // mean [N, C], shares [M, C], weights [M]: probabilities [N, C].
    private static Tensor Couple(Tensor mean, Tensor shares, Tensor weights)
    {
        double tiny = torch.finfo(mean.dtype).tiny;
        Tensor isSeen = shares.amax([0]).Gt(0).to(mean.dtype);
        Tensor wanted = mean.mul_(isSeen);
        Tensor weighted = shares * weights.unsqueeze(1);
        Tensor current = isSeen.div(isSeen.sum(dim: 0)).expand_as(mean);
        for (int step = 0; step < Steps; step++)
        {
            using var scope = torch.NewDisposeScope();
            Tensor inverse = current.matmul(shares.t()).ClampMinInPlace(tiny).reciprocal_();
            Tensor next = wanted.div(inverse.matmul(weighted).ClampMinInPlace(tiny));
            current = next.div_(next.sum(-1, keepdim: true).ClampMinInPlace(tiny)).MoveToOuterDisposeScope();
        }

        return current;
    }

    // The smoothed class shares of each member, [members · classes]: 0 where no member of a weight has seen the class.
    private double[] Shares(long classes)
    {
        HashSet<long> seen = [.. Classes];
        return
        [
            .. _members.SelectMany(member => Enumerable.Range(0, (int)classes).Select(
                id => seen.Contains(id) ? (member.Share(id) + Smoothing) / (1 + (classes * Smoothing)) : 0)),
        ];
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
