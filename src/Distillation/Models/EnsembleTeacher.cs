namespace Distillation.Models;

/// <summary>Several teachers as one.</summary>
/// <remarks>
/// <para>
/// The logits are <c>T·log Σᵢ wᵢ softmax(zᵢ/T)</c> or <c>Σᵢ wᵢ zᵢ</c>, see <see cref="EnsembleMean"/>; the weights are scaled to sum to 1, and may differ
/// between samples, see <see cref="Weighting"/>. Of the first mean a divergence at the temperature T has the gradient of <c>Σᵢ wᵢ KL(pᵢ‖q)</c>, the weighted
/// mean over the teachers.
/// </para>
/// <para>An inner layer of a member has the member's number in front: <c>0/layer2.0.conv1</c>.</para>
/// </remarks>
public sealed class EnsembleTeacher : IEnsemble
{
    private readonly ITeacher[] _members;
    private readonly double[] _weights;
    private readonly EnsembleMean _mean;

    /// <summary>Creates one teacher of several, all with the same weight.</summary>
    /// <param name="members">The teachers, at least one, all for the same classes in the same order; they stay the caller's.</param>
    public EnsembleTeacher(params IReadOnlyList<ITeacher> members)
        : this(members, weights: null)
    {
    }

    /// <summary>Creates one teacher of several.</summary>
    /// <param name="members">The teachers, at least one, all for the same classes in the same order; they stay the caller's.</param>
    /// <param name="weights">How much each counts, zero or positive, not all zero; the same for all if not given.</param>
    /// <param name="mean">What the mean is taken of. The default is <see cref="EnsembleMean.Probabilities"/>.</param>
    /// <exception cref="ArgumentException">There is no member, or not one weight for each.</exception>
    public EnsembleTeacher(IReadOnlyList<ITeacher> members, IReadOnlyList<double>? weights, EnsembleMean mean = EnsembleMean.Probabilities)
    {
        _members = [.. Require.Present(members)];
        _mean = Require.Defined(mean);
        double[] given = weights is null ? [.. _members.Select(_ => 1.0)] : [.. weights];
        if (_members.Length == 0 || _members.Contains(null))
        {
            throw new ArgumentException("An ensemble must have at least one teacher, and none of them may be null.", nameof(members));
        }

        if (given.Length != _members.Length || given.Any(weight => !(weight >= 0 && double.IsFinite(weight))) || given.Sum() <= 0)
        {
            throw new ArgumentException(
                FormattableString.Invariant(
                    $"An ensemble of {_members.Length} must have as many weights, zero or positive and not all zero, but has [{string.Join(", ", given)}]."),
                nameof(weights));
        }

        _weights = [.. given.Select(weight => weight / given.Sum())];
    }

    /// <inheritdoc/>
    public IReadOnlyList<ITeacher> Members => _members;

    /// <summary>Gets how the weights depend on the sample; those of the constructor are factors.</summary>
    /// <value>
    /// The default value is <see cref="EnsembleWeighting.Fixed"/>. With <see cref="EnsembleWeighting.Labels"/> the outputs know the labels, so that their
    /// accuracy says nothing of the teachers.
    /// </value>
    /// <exception cref="ArgumentException">The ensemble has one member.</exception>
    public EnsembleWeighting Weighting
    {
        get;
        init => field = Require.Defined(value) == EnsembleWeighting.Fixed || _members.Length > 1
            ? value
            : throw new ArgumentException($"{nameof(Weighting)} {value} weighs members against each other, but the ensemble has one.", nameof(value));
    }

    /// <summary>Gets T, the temperature at which probabilities are averaged: that of the loss.</summary>
    /// <value>Positive. The default value is 1.</value>
    /// <exception cref="ArgumentException">The mean is of logits, which has no temperature.</exception>
    public double Temperature
    {
        get;
        init => field = _mean == EnsembleMean.Probabilities
            ? Require.Positive(value)
            : throw new ArgumentException($"{nameof(Temperature)} is {value}, but a mean of logits has no temperature.", nameof(value));
    }

        = 1;

    /// <inheritdoc/>
    public IReadOnlyCollection<Feature>? AvailableFeatures =>
        _members.Any(member => member.AvailableFeatures is null)
            ? null
            : [.. _members.SelectMany((member, number) => member.AvailableFeatures!.Select(feature => Prefixed(number, feature)))];

    /// <summary>Returns whether a member has a weight.</summary>
    /// <param name="member">The number of the member, in [0, number of members).</param>
    /// <param name="label">The class id; it is the same for all.</param>
    /// <returns>Whether the member has a weight.</returns>
    public bool HasWeight(int member, long label) => _weights[Require.InRange(member, 0, _weights.Length - 1)] > 0;

    /// <inheritdoc/>
    public bool AcceptsRepeatedSamples => true;

    /// <inheritdoc/>
    public string? Fingerprint()
    {
        string?[] members = [.. _members.Select(member => member.Fingerprint())];
        string weighted = string.Join("; ", members.Zip(_weights, (member, weight) => FormattableString.Invariant($"{weight:R} × {member}")));
        return members.Contains(null) ? null : $"mean of {_mean}{Settings()} of ({weighted})";
    }

    /// <inheritdoc/>
    public ModelOutput Predict(Batch batch, FeatureSet features) => Predict(batch, features, CancellationToken.None);

    /// <inheritdoc/>
    public ModelOutput Predict(Batch batch, FeatureSet features, CancellationToken cancellationToken)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        ILookup<int, Feature> required = features.ToLookup(
            feature => MemberOf(feature, features), feature => (Feature)feature.Path[(feature.Path.IndexOf('/', StringComparison.Ordinal) + 1)..]);
        var inner = new Dictionary<Feature, Tensor>();
        var logits = new Tensor[_members.Length];
        for (int number = 0; number < _members.Length; number++)
        {
            ModelOutput output = _members[number].Predict(batch, FeatureSet.Of(required[number]), cancellationToken);
            foreach (Feature feature in required[number])
            {
                inner[Prefixed(number, feature)] = output[feature].MoveToOuterDisposeScope();
            }

            RequireSameClasses(logits[0], output.Logits, number);
            logits[number] = output.Logits;
        }

        return new ModelOutput(Mean(logits, batch).MoveToOuterDisposeScope(), inner);
    }

    private Tensor Mean(Tensor[] logits, Batch batch)
    {
        Tensor[]? weights = Weighting == EnsembleWeighting.Fixed ? null : MemberWeights.Logarithms(logits, _weights, Weighting, batch);
        Tensor? sum = null;
        for (int number = 0; number < logits.Length; number++)
        {
            Tensor tempered = Temperature == 1 ? logits[number] : logits[number].Div(Temperature);
            sum = weights is null ? LogitMean.Add(sum, tempered, _weights[number], _mean) : LogitMean.Add(sum, tempered, weights[number], _mean);
        }

        return Temperature == 1 ? sum! : sum!.Mul(Temperature);
    }

    private string Settings() => (Weighting, Temperature) == (EnsembleWeighting.Fixed, 1)
        ? ""
        : FormattableString.Invariant($" weighted by {Weighting} at {Temperature:R}");

    private static Feature Prefixed(int number, Feature feature) => FormattableString.Invariant($"{number}/{feature.Path}");

    private static void RequireSameClasses(Tensor? before, Tensor now, int number)
    {
        if (before is not null && !Shapes.Same(before, now))
        {
            throw new InvalidOperationException(
                $"All teachers of an ensemble must give the same shape, but the first gave {Shapes.Of(before)} and number {number} gave {Shapes.Of(now)}.");
        }
    }

    private int MemberOf(Feature feature, FeatureSet features)
    {
        int slash = feature.Path.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && int.TryParse(feature.Path.AsSpan(0, slash), out int number) && number >= 0 && number < _members.Length
            ? number
            : throw new ArgumentException(
                $"Layer '{feature}' of an ensemble must begin with the number of a member, 0 to {_members.Length - 1}, and a slash, as in '0/layer1'.",
                nameof(features));
    }
}
