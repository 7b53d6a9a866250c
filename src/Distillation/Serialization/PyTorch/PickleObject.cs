namespace Distillation.Serialization;

/// <summary>
/// Stands for what a pickle names or makes and this library does not know: a class, a function, or what they would return. Nothing is run or constructed for
/// it.
/// </summary>
/// <param name="name">The name of the class or function, such as <c>argparse.Namespace</c>.</param>
/// <param name="isTensor">Whether it is, in itself, the content of a tensor.</param>
internal sealed class PickleObject(string name, bool isTensor = false)
{
    /// <summary>Gets the name of the class or function.</summary>
    public string Name { get; } = name;

    /// <summary>Gets whether it is, in itself, the content of a tensor.</summary>
    public bool IsTensor { get; } = isTensor;

    /// <summary>Gets what the pickle gives to make it: arguments and states.</summary>
    public List<object?> Parts { get; } = [];

    /// <summary>Gets what the pickle appends to it.</summary>
    public List<object?> Items { get; } = [];

    /// <summary>Gets what the pickle sets in it by keys.</summary>
    public PickleDictionary Pairs { get; } = [];
}
