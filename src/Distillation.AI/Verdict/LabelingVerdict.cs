namespace Distillation.AI;

/// <summary>Whether a student, or a cascade with it, can take the place of the language model that labels texts, measured against human labels.</summary>
/// <remarks>
/// <para>The rule, in this order, with intervals of the accuracy on the same texts:</para>
/// <list type="number">
/// <item>
/// <see cref="LabelingDecision.ReplaceLanguageModel"/>, if the interval of student minus language model is above −<see cref="LabelingVerdictOptions.Margin"/>
/// (non-inferiority), and that of student minus majority class is above 0. The student is the distilled one, or the one alone where there is no other.
/// </item>
/// <item>
/// <see cref="LabelingDecision.UseCascade"/>, if a threshold is given, the same two intervals hold of the cascade, and the student answers at least
/// <see cref="LabelingVerdictOptions.MinimumShareAnswered"/> of the texts.
/// </item>
/// <item><see cref="LabelingDecision.KeepLanguageModel"/> otherwise: also where the texts are too few to know.</item>
/// </list>
/// <para>
/// Of a two-sided interval at level 0.95, a system that is worse by the margin passes with probability 0.025 at most; the cascade is a second such comparison.
/// The texts must be held out: neither the student nor the threshold may have been fitted on them. The costs do not enter the rule, as their currency and the
/// worth of a point are the user's.
/// </para>
/// </remarks>
public sealed record LabelingVerdict
{
    /// <summary>Gets the number of texts with human labels.</summary>
    public required int Texts { get; init; }

    /// <summary>Gets the scores of all systems: those given, in their order, then the cascade where there is one, and the majority class.</summary>
    public required IReadOnlyList<SystemScore> Systems { get; init; }

    /// <summary>Gets the differences from the language model, of all other systems in the same order.</summary>
    public required IReadOnlyList<SystemDifference> Differences { get; init; }

    /// <summary>Gets how often the student has the label of the language model, for each label of the latter.</summary>
    public required IReadOnlyList<ClassAgreement> Agreement { get; init; }

    /// <summary>Gets what is recommended.</summary>
    public required LabelingDecision Decision { get; init; }

    /// <summary>Gets the recommendation and its reason in words.</summary>
    public required string Sentence { get; init; }

    /// <summary>Gets the share of texts that the student answers in the cascade, in [0, 1].</summary>
    /// <value><see langword="null"/> where no cascade is compared.</value>
    public required double? ShareAnswered { get; init; }

    /// <summary>Gets the number of requests from which the recommended system is cheaper than the language model, what is paid once included.</summary>
    /// <value>
    /// <see langword="null"/> where the language model is kept, or costs are not known; infinite where a request does not become cheaper.
    /// </value>
    public required double? BreakEvenRequests { get; init; }

    /// <summary>Gets by how much the accuracy may be lower than that of the language model.</summary>
    public required double Margin { get; init; }

    /// <summary>Gets how sure the intervals are, in (0, 1).</summary>
    public required double Level { get; init; }

    /// <summary>Compares systems with the language model.</summary>
    /// <param name="humanLabels">The human label of each text; at least two texts.</param>
    /// <param name="labelNames">The names of the labels, in the order of probabilities; at least two.</param>
    /// <param name="systems">The systems: one language model, at least one student; others as one likes.</param>
    /// <param name="options">The rule; defaults if not given.</param>
    /// <returns>The verdict.</returns>
    /// <exception cref="ArgumentException">
    /// A label is none of the names, a system has another number of predictions than there are texts, or the language model or the student is missing.
    /// </exception>
    public static LabelingVerdict Compare(
        IReadOnlyList<string> humanLabels,
        IReadOnlyList<string> labelNames,
        IReadOnlyList<LabelingSystem> systems,
        LabelingVerdictOptions? options = null)
    {
        options ??= new();
        var input = new VerdictInput(humanLabels, labelNames, systems, options);
        VerdictRule.Outcome outcome = VerdictRule.Apply(input, options);
        return new()
        {
            Texts = input.Actual.Length,
            Systems = [.. input.All.Select(one => VerdictScores.Of(one, input, options.Level))],
            Differences =
            [
                .. input.All.Where(one => one != input.Teacher).Select(one => VerdictRule.Difference(input, input.Teacher, one, options)),
            ],
            Agreement = VerdictScores.Agreement(input, options.Level),
            Decision = outcome.Decision,
            Sentence = outcome.Sentence,
            ShareAnswered = input.Cascade is null ? null : input.ShareAnswered,
            BreakEvenRequests = outcome.Chosen is { } chosen ? VerdictCosts.BreakEven(input.Teacher.System, chosen.System) : null,
            Margin = options.Margin,
            Level = options.Level,
        };
    }

    /// <summary>Describes the comparison: the recommendation, the scores, the differences from the language model, and the agreement with it.</summary>
    /// <returns>Several lines, with 4 significant digits.</returns>
    public string Describe() => VerdictText.Of(this);

    /// <inheritdoc/>
    public override string ToString() => Describe();
}
