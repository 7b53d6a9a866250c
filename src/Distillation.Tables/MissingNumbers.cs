namespace Distillation.Tables;

/// <summary>What takes the place of a missing number.</summary>
public enum MissingNumbers
{
    /// <summary>The mean of the column's training rows.</summary>
    Mean,

    /// <summary>The median of the column's training rows; of an even number the mean of the two in the middle.</summary>
    Median,

    /// <summary>Nothing: a table with a missing number is refused.</summary>
    Refuse,
}
