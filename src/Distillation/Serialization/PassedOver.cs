namespace Distillation.Serialization;

/// <summary>What is no tensor to this library, where a tensor could be.</summary>
/// <param name="Name">The keys that lead to it, joined by dots.</param>
/// <param name="Type">The class, or the function that makes it.</param>
/// <param name="HoldsTensors">Whether there are tensors in it, or it is one of a kind that is not read.</param>
internal sealed record PassedOver(string Name, string Type, bool HoldsTensors)
{
    /// <summary>What can be done about it.</summary>
    public const string WayOut =
        "No code of a file is run. In PyTorch, save the state_dict() of a module instead of the module, and arrays and tensors of other kinds as tensors: "
        + "torch.from_numpy(a), t.to_dense(), t.dequantize()";

    /// <summary>Returns place and class, for messages.</summary>
    public override string ToString() => Name.Length == 0 ? $"the whole is made by {Type}" : $"'{Name}' is made by {Type}";
}
