using Distillation.Onnx;

namespace Distillation.Text;

/// <summary>Cuts states into heads: [N, T, H] to [N, h, T, H / h].</summary>
internal sealed class AttentionHeads(int heads, int width) : torch.nn.Module<Tensor, Tensor>(nameof(AttentionHeads)), IOnnxExportable
{
    public override Tensor forward(Tensor input)
    {
        using Tensor cut = input.view(input.size(0), input.size(1), heads, width / heads);
        return cut.transpose(1, 2);
    }

    public OnnxValue Export(OnnxGraph graph, OnnxValue input)
    {
        OnnxValue cut = graph.Apply("Reshape", [input, EncoderConstants.Integers(graph, 0, 0, heads, width / heads)]);
        return graph.Apply("Transpose", [cut], ("perm", (long[])[0, 2, 1, 3]));
    }
}
