using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Text;

/// <summary>The initial weights of BERT (Devlin et al., 2019).</summary>
internal static class InitialWeights
{
    private const double StandardDeviation = 0.02;

    /// <summary>Draws the weights of linear maps and embeddings from a normal distribution, and sets biases to zero.</summary>
    public static void Draw(Module module)
    {
        using var noGradient = torch.no_grad();
        foreach (Module layer in module.modules().Prepend(module))
        {
            switch (layer)
            {
                case Linear linear:
                    init.normal_(linear.weight, 0, StandardDeviation);
                    init.zeros_(linear.bias!);
                    break;
                case Embedding embedding:
                    init.normal_(embedding.weight!, 0, StandardDeviation);
                    break;
                default:
                    break;
            }
        }
    }
}
