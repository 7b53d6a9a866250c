namespace Distillation.AI;

/// <summary>Of what the shingles of a text are made by which texts are compared.</summary>
public enum ShingleUnit
{
    /// <summary>Characters: independent of the language, and robust to changed endings.</summary>
    Characters,

    /// <summary>Words: runs of letters and digits.</summary>
    Words,
}
