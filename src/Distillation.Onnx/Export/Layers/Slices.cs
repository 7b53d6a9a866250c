namespace Distillation.Onnx.Layers;

/// <summary>Places of one dimension.</summary>
internal static class Slices
{
    /// <summary>From a place to another; they count from the end where they are negative.</summary>
    public static OnnxValue Of(OnnxGraph graph, OnnxValue input, long axis, long from, long to) =>
        graph.Apply("Slice", [input, graph.Integers(from), graph.Integers(to), graph.Integers(axis)]);

    /// <summary>Goes on with the other end, as on a circle.</summary>
    public static OnnxValue Circle(OnnxGraph graph, OnnxValue input, long axis, long before, long after)
    {
        List<OnnxValue> parts = [input];
        if (before > 0)
        {
            parts.Insert(0, Of(graph, input, axis, -before, long.MaxValue));
        }

        if (after > 0)
        {
            parts.Add(Of(graph, input, axis, 0, after));
        }

        return graph.Apply("Concat", parts, ("axis", axis));
    }
}
