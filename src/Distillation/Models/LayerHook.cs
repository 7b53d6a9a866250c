namespace Distillation;

/// <summary>
/// How the outputs of a layer are read: TorchSharp has a hook for each number of inputs, typed by them, so only types that are known here can be hooked.
/// </summary>
/// <param name="Outputs">The number of tensors that the layer outputs as a tuple, or <see langword="null"/> where it outputs one tensor.</param>
/// <param name="Register">Calls an action with the outputs whenever the layer has run; returns what ends that.</param>
internal sealed record LayerHook(int? Outputs, Func<Action<Tensor?[]>, Action> Register)
{
    /// <summary>Finds how a layer is read.</summary>
    /// <returns><see langword="null"/> for a layer of other inputs or outputs, or without a <c>forward</c> of its own.</returns>
    public static LayerHook? Of(torch.nn.Module layer) =>
        Of<Tensor>(layer, null, output => [output])
        ?? Of<(Tensor, Tensor)>(layer, 2, output => [output.Item1, output.Item2])
        ?? Of<(Tensor, Tensor, Tensor)>(layer, 3, output => [output.Item1, output.Item2, output.Item3])
        ?? Of<(Tensor, Tensor, Tensor, Tensor)>(layer, 4, output => [output.Item1, output.Item2, output.Item3, output.Item4])
        ?? Of<Tuple<Tensor, Tensor>>(layer, 2, output => [output.Item1, output.Item2]);

    /// <summary>Explains why a layer cannot be read.</summary>
    public static string WhyNot(torch.nn.Module layer)
    {
        for (Type? type = layer.GetType(); type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.Name.StartsWith("Module`", StringComparison.Ordinal))
            {
                string[] types = [.. type.GetGenericArguments().Select(NameOf)];
                return $"it maps ({string.Join(", ", types[..^1])}) to {types[^1]}, and layers can be read that map up to six tensors, "
                    + "also with the state of an LSTM or the options of attention, to a tensor or a tuple of tensors";
            }
        }

        return layer is torch.jit.ScriptModule
            ? "it is a part of a TorchScript module, which takes no hooks"
            : "it only holds other layers, and has no output of its own";
    }

    private static LayerHook? Of<TOutput>(torch.nn.Module layer, int? outputs, Func<TOutput, Tensor?[]> parts)
    {
        return layer switch
        {
            torch.nn.Module<Tensor, TOutput> one => new(outputs, see => one.register_forward_hook((_, _, output) => Show(output, see)).remove),
            torch.nn.Module<Tensor, Tensor, TOutput> two => new(outputs, see => two.register_forward_hook((_, _, _, output) => Show(output, see)).remove),
            torch.nn.Module<Tensor, Tensor, Tensor, TOutput> three =>
                new(outputs, see => three.register_forward_hook((_, _, _, _, output) => Show(output, see)).remove),
            torch.nn.Module<Tensor, Tensor, Tensor, Tensor, TOutput> four =>
                new(outputs, see => four.register_forward_hook((_, _, _, _, _, output) => Show(output, see)).remove),
            torch.nn.Module<Tensor, Tensor, Tensor, Tensor, Tensor, TOutput> five =>
                new(outputs, see => five.register_forward_hook((_, _, _, _, _, _, output) => Show(output, see)).remove),
            torch.nn.Module<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, TOutput> six =>
                new(outputs, see => six.register_forward_hook((_, _, _, _, _, _, _, output) => Show(output, see)).remove),
            torch.nn.Module<Tensor, (Tensor, Tensor), TOutput> recurrent =>
                new(outputs, see => recurrent.register_forward_hook((_, _, _, output) => Show(output, see)).remove),
            torch.nn.Module<Tensor, (Tensor, Tensor)?, TOutput> recurrent =>
                new(outputs, see => recurrent.register_forward_hook((_, _, _, output) => Show(output, see)).remove),
            torch.nn.Module<Tensor, Tensor, Tensor, Tensor?, bool, Tensor?, TOutput> attention =>
                new(outputs, see => attention.register_forward_hook((_, _, _, _, _, _, _, output) => Show(output, see)).remove),
            torch.nn.Module<Tensor, Tensor, long[], TOutput> unpooling =>
                new(outputs, see => unpooling.register_forward_hook((_, _, _, _, output) => Show(output, see)).remove),
            torch.jit.ScriptModule<Tensor, TOutput> script => new(outputs, see => script.register_forward_hook((_, _, output) => Show(output, see)).remove),
            _ => null,
        };

        TOutput Show(TOutput output, Action<Tensor?[]> see)
        {
            see(parts(output));
            return output;
        }
    }

    private static string NameOf(Type type) =>
        !type.IsGenericType ? type.Name
        : Nullable.GetUnderlyingType(type) is { } inner ? $"{NameOf(inner)}?"
        : $"{(type.Name.StartsWith(nameof(ValueTuple), StringComparison.Ordinal) ? "" : type.Name.Split('`')[0])}("
            + $"{string.Join(", ", type.GetGenericArguments().Select(NameOf))})";
}
