using TorchSharp.Modules;

namespace Distillation.Onnx.Layers;

/// <summary>Settings of an attention that TorchSharp does not show.</summary>
internal readonly record struct AttentionSettings(long Heads, bool AddsZero)
{
    public static AttentionSettings Of(MultiheadAttention layer, NamedWeights weights)
    {
        using var scope = torch.NewDisposeScope();
        long width = weights["out_proj.weight"].size(0);
        (long keys, long values) = weights.Has("in_proj_weight") ? (width, width) : (weights["k_proj_weight"].size(1), weights["v_proj_weight"].size(1));
        Tensor[] inputs = Trial.Inputs(ModuleTree.DeviceOf(layer), [3, 2, width], [4, 2, keys], [4, 2, values]);

        // With the weights of the places, though no one reads them: without, TorchSharp 0.107 leaves an empty tensor behind.
        return Trial.Find(
            layer,
            from addsZero in (bool[])[false, true] from heads in HeadsOf(width) select new AttentionSettings(heads, addsZero),
            one => torch.nn.MultiheadAttention(width, one.Heads, 0, weights.Has("in_proj_bias"), weights.Has("bias_k"), one.AddsZero, keys, values),
            module => module.call(inputs[0], inputs[1], inputs[2], null, true, null).Item1);
    }

    /// <summary>How many heads can share a width: first those that are near the usual 64 numbers wide, for each trial makes a module.</summary>
    public static IEnumerable<long> HeadsOf(long width) =>
        from heads in Enumerable.Range(1, (int)width)
        where width % heads == 0
        orderby Math.Abs(Math.Log((double)width / heads / 64))
        select (long)heads;
}
