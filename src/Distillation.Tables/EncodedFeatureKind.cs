using System.Diagnostics.CodeAnalysis;

namespace Distillation.Tables;

/// <summary>What the numbers of an encoded feature are. Names and values are those of <c>ColumnKind</c> of Distillation.SmallData.</summary>
public enum EncodedFeatureKind
{
    /// <summary>A measure, or a standardized number.</summary>
    Continuous,

    /// <summary>A number that is whole in all training rows, and not standardized.</summary>
    [SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "It is what statistics calls it.")]
    Integer,

    /// <summary>A truth value, or one bit of a name's code.</summary>
    Nominal,
}
