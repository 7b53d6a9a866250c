namespace Distillation.Onnx.Layers.TorchVision;

/// <summary>
/// The models of <c>torchvision.models</c> and what they are made of, by the full names of their types:
/// this package does not need theirs, and most of the types are private.
/// </summary>
/// <remarks>Nothing of the types is used but the name; what they have inside is found among their children. So trimming takes nothing away.</remarks>
internal static class ModelTable
{
    private static readonly Dictionary<string, ModuleWriter> Writers = new IEnumerable<KeyValuePair<string, ModuleWriter>>[]
    {
        PlainModels.Writers, ResidualModels.Writers, MobileModels.Writers, InceptionModels.Writers, InceptionBlocks.Writers, VisionLayers.Writers,
    }.SelectMany(writers => writers).ToDictionary();

    public static IEnumerable<string> Types => Writers.Keys;

    // By the very type: what derives from a model may do something else.
    public static ModuleWriter? WriterOf(torch.nn.Module module) => module.GetType().FullName is { } name ? Writers.GetValueOrDefault(name) : null;
}
