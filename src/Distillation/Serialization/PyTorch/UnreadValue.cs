namespace Distillation.Serialization;

/// <summary>
/// Stands for a value that holds no tensor and whose content does not matter: bytes, a number of thousands of digits, a text longer than any name.
/// </summary>
internal sealed class UnreadValue
{
    public static readonly UnreadValue Instance = new();

    private UnreadValue()
    {
    }
}
