namespace Distillation.Tables;

/// <summary>What the values of a column are.</summary>
public enum TableColumnKind
{
    /// <summary>Finite numbers.</summary>
    Number,

    /// <summary>Names.</summary>
    Category,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>Dates or times: they are no features, and their values are not kept.</summary>
    Date,
}
