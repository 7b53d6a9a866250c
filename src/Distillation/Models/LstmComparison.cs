using static TorchSharp.torch.nn;

namespace Distillation.Models;

/// <summary>Compares an LSTM of random numbers, without gradients, with the same in float64.</summary>
internal static class LstmComparison
{
    /// <summary>The number of gates, whose weights are rows of one matrix.</summary>
    public const long Gates = 4;

    private const long Samples = 2;
    private const long Steps = 4;

    /// <summary>Compares the outputs of a layer of <paramref name="hidden"/> units for inputs of <paramref name="inputs"/> numbers.</summary>
    /// <returns>Whether they are those of float64.</returns>
    public static bool IsRight(long inputs, long hidden)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        using Tensor chance = ForkedRng.State;
        using var generator = new torch.Generator(1);
        using var layer = LSTM(inputs, hidden);
        ForkedRng.Restore(chance);
        Tensor input = torch.randn([Steps, Samples, inputs], generator: generator);
        Tensor output = layer.call(input).Item1;
        layer.to(torch.ScalarType.Float64);
        return ConvolutionComparison.AreClose(output, layer.call(input.to(torch.ScalarType.Float64)).Item1);
    }
}
