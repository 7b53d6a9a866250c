namespace Distillation.Tables;

/// <summary>How rows become inputs and labels.</summary>
public sealed record TableEncoderOptions
{
    /// <summary>Gets what is to be predicted.</summary>
    /// <value>The default is <see langword="null"/>: there are no labels, and all columns are features.</value>
    public TableTarget? Target { get; init; }

    /// <summary>Gets the names of columns that are no features, such as numbers of customers. Dates are none in any case.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> Ignored { get; init => field = [.. Require.Present(value)]; } = [];

    /// <summary>Gets what takes the place of a missing number, or of a missing truth value as 0 and 1.</summary>
    /// <value>The default is <see cref="MissingNumbers.Mean"/>.</value>
    public MissingNumbers MissingNumbers { get; init => field = Require.Defined(value); }

    /// <summary>
    /// Gets whether a column of numbers or truth values that misses some in the training rows has a further feature, which is 1 where one is missing and 0
    /// elsewhere.
    /// </summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool MissingIndicators { get; init; } = true;

    /// <summary>
    /// Gets whether numbers are brought to mean 0 and deviation 1, by the training rows with missing ones filled in: <c>(x − mean) / deviation</c>, with the
    /// population's deviation, and 1 in place of 0, as <c>StandardScaler</c> of scikit-learn does.
    /// </summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool Standardize { get; init; } = true;

    /// <summary>
    /// Gets the number of training rows that a name must have for a feature of its own. Rarer names share the feature <c>column=other</c> with names that the
    /// training rows do not have, as with <c>OneHotEncoder(min_frequency=…, handle_unknown="infrequent_if_exist")</c> of scikit-learn.
    /// </summary>
    /// <value>
    /// The default is 1: only unknown names go to <c>column=other</c>, and a model has learned nothing about it. With 2 or more it has, where there are rare
    /// names.
    /// </value>
    public int MinCategoryCount { get; init => field = Require.Positive(value); } = 1;
}
