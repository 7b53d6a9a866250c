using System.IO.Enumeration;

namespace Distillation;

/// <summary>Parameters with a learning rate or weight decay of their own: <c>new ParameterGroup("*.bias") { WeightDecayFactor = 0 }</c>.</summary>
/// <remarks>A parameter belongs to the first group of its optimizer that has its name; factors of the others are 1.</remarks>
public sealed record ParameterGroup : ISelfDescribing
{
    /// <summary>Creates a group.</summary>
    /// <param name="patterns">
    /// Names of parameters as <c>named_parameters()</c> has them, in which <c>*</c> stands for any characters and <c>?</c> for one. Those of a trainable loss
    /// begin with <c>loss.</c>.
    /// </param>
    /// <exception cref="ArgumentException">There is no pattern, or one is empty.</exception>
    public ParameterGroup(params IReadOnlyList<string> patterns)
    {
        Patterns = [.. Require.Present(patterns)];
        if (Patterns.Count == 0 || Patterns.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException(
                $"A group must have at least one pattern, and none may be empty, but it has [{string.Join(", ", Patterns)}].", nameof(patterns));
        }
    }

    /// <summary>Gets the patterns.</summary>
    public IReadOnlyList<string> Patterns { get; }

    /// <summary>Gets the factor of the learning rate.</summary>
    /// <value>Zero or positive. The default is 1.</value>
    public double LearningRateFactor { get; init => field = Require.NotNegative(value); } = 1;

    /// <summary>Gets the factor of the weight decay.</summary>
    /// <value>Zero or positive. The default is 1.</value>
    public double WeightDecayFactor { get; init => field = Require.NotNegative(value); } = 1;

    IEnumerable<(string Name, object? Value)> ISelfDescribing.Describe() =>
        [(nameof(Patterns), Patterns), (nameof(LearningRateFactor), LearningRateFactor), (nameof(WeightDecayFactor), WeightDecayFactor)];

    /// <summary>Returns parameters by their factors, in their order.</summary>
    /// <exception cref="ArgumentException">A pattern has no parameter.</exception>
    internal static GroupedParameters[] Divide(IReadOnlyList<(string Name, Parameter Parameter)> parameters, IReadOnlyList<ParameterGroup> groups)
    {
        foreach (string pattern in groups.SelectMany(group => group.Patterns))
        {
            if (!parameters.Any(parameter => Matches(pattern, parameter.Name)))
            {
                throw new ArgumentException(
                    $"No parameter has a name like '{pattern}'. The names are: {string.Join(", ", parameters.Select(parameter => parameter.Name))}.",
                    nameof(groups));
            }
        }

        return
        [
            .. parameters.GroupBy(parameter => Factors(parameter.Name)).Select(group => new GroupedParameters([.. group], group.Key.Rate, group.Key.Decay)),
        ];

        (double Rate, double Decay) Factors(string name) =>
            groups.FirstOrDefault(group => group.Patterns.Any(pattern => Matches(pattern, name))) is { } group
                ? (group.LearningRateFactor, group.WeightDecayFactor)
                : (1, 1);
    }

    /// <summary>Returns whether a name has a pattern, in which <c>*</c> stands for any characters and <c>?</c> for one.</summary>
    internal static bool Matches(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);
}
