using System.Diagnostics.CodeAnalysis;

namespace Distillation.SmallData;

/// <summary>What the numbers in a column of a table are.</summary>
public enum ColumnKind
{
    /// <summary>A measure: any number in between makes sense.</summary>
    Continuous,

    /// <summary>A count: whole numbers make sense, and their order.</summary>
    [SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "It is what statistics calls it.")]
    Integer,

    /// <summary>A name, or one bit of a name's code: only the values that occur make sense.</summary>
    Nominal,
}
