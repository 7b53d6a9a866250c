namespace Distillation.Text;

/// <summary>How a piece is used, with the numbers of the file.</summary>
internal enum SentencePieceKind
{
    /// <summary>A piece that was learned.</summary>
    Normal = 1,

    /// <summary>The piece of characters that no other piece has.</summary>
    Unknown = 2,

    /// <summary>A piece that no text has, such as the beginning of a sentence.</summary>
    Control = 3,

    /// <summary>A piece that is never cut, wherever a text has it.</summary>
    UserDefined = 4,

    /// <summary>A piece that is merged on the way to longer ones, but has no place in the result.</summary>
    Unused = 5,

    /// <summary>A byte of a character that no other piece has.</summary>
    Byte = 6,
}
