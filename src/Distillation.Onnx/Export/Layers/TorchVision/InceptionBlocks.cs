namespace Distillation.Onnx.Layers.TorchVision;

/// <summary>The blocks of GoogLeNet and Inception v3: branches of one input, side by side in the channels.</summary>
internal static class InceptionBlocks
{
    private delegate OnnxValue Branch(OnnxGraph graph, Parts parts, OnnxValue input);

    public static IEnumerable<KeyValuePair<string, ModuleWriter>> Writers =>
    [
        new("TorchSharp.Modules.GoogleNet+Inception", Block(Path("branch1"), Path("branch2"), Path("branch3"), Path("branch4"))),
        new("TorchSharp.Modules.InceptionV3+InceptionA", Block(
            Path("branch1x1"), Path("branch5x5_1", "branch5x5_2"), Path("branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"), MeanPool)),
        new("TorchSharp.Modules.InceptionV3+InceptionB", Block(Path("branch3x3"), Path("branch3x3dbl_1", "branch3x3dbl_2", "branch3x3dbl_3"), MaxPool)),
        new("TorchSharp.Modules.InceptionV3+InceptionC", Block(
            Path("branch1x1"),
            Path("branch7x7_1", "branch7x7_2", "branch7x7_3"),
            Path("branch7x7dbl_1", "branch7x7dbl_2", "branch7x7dbl_3", "branch7x7dbl_4", "branch7x7dbl_5"),
            MeanPool)),
        new("TorchSharp.Modules.InceptionV3+InceptionD", Block(
            Path("branch3x3_1", "branch3x3_2"), Path("branch7x7x3_1", "branch7x7x3_2", "branch7x7x3_3", "branch7x7x3_4"), MaxPool)),
        new("TorchSharp.Modules.InceptionV3+InceptionE", Block(
            Path("branch1x1"),
            Fork(["branch3x3_1"], "branch3x3_2a", "branch3x3_2b"),
            Fork(["branch3x3dbl_1", "branch3x3dbl_2"], "branch3x3dbl_3a", "branch3x3dbl_3b"),
            MeanPool)),
    ];

    private static ModuleWriter Block(params Branch[] branches) => (graph, module, input) =>
    {
        var parts = new Parts(graph, module);
        return Joined(graph, [.. branches.Select(branch => branch(graph, parts, input))]);
    };

    private static Branch Path(params string[] names) => (_, parts, input) => parts.Call(input, names);

    // Two ends of one path.
    private static Branch Fork(string[] path, string left, string right) => (graph, parts, input) =>
    {
        OnnxValue both = parts.Call(input, path);
        return Joined(graph, [parts.Call(both, left), parts.Call(both, right)]);
    };

    private static OnnxValue MeanPool(OnnxGraph graph, Parts parts, OnnxValue input)
    {
        OnnxValue means = Pools.Average(graph, input, kernel: [3, 3], stride: [1, 1], padding: [1, 1], ceil: false, countsPadding: true, divisor: null);
        return parts.Call(means, "branch_pool");
    }

    private static OnnxValue MaxPool(OnnxGraph graph, Parts parts, OnnxValue input) =>
        Pools.Max(graph, input, kernel: [3, 3], stride: [2, 2], padding: null, dilation: null, ceil: false);

    private static OnnxValue Joined(OnnxGraph graph, OnnxValue[] branches) => graph.Apply("Concat", branches, ("axis", 1));
}
