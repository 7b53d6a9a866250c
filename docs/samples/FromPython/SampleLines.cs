using System.Globalization;
using static TorchSharp.torch.nn;

namespace FromPython;

/// <summary>The first test images as lines of numbers, which OnnxConsole reads.</summary>
internal static class SampleLines
{
    public static void Write(Clothes clothes, string path, int count)
    {
        float[] pixels = clothes.Pixels.data<float>().ToArray();
        File.WriteAllLines(
            path, pixels.Chunk(28 * 28).Take(count).Select(image => string.Join(',', image.Select(pixel => pixel.ToString(CultureInfo.InvariantCulture)))));
    }

    public static IEnumerable<string> Answers(Clothes clothes, Module<Tensor, Tensor> network, int count)
    {
        network.eval();
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor probabilities = network.call(clothes.Test.Inputs[..count]).softmax(1);
        float[] best = [.. probabilities.amax([1]).data<float>()];
        long[] classes = [.. probabilities.argmax(1).data<long>()];
        long[] right = [.. clothes.Test.Labels![..count].data<long>()];
        return [.. classes.Select((found, i) => $"{Clothes.Names[(int)found]} {best[i]:P1} (it is: {Clothes.Names[(int)right[i]]})")];
    }
}
