using System.Globalization;
using Distillation.Losses;
using Distillation.Tests.Conventions;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Losses;

/// <summary>The page of weights has, for each loss, its value and its gradient on one case, on which the losses can be compared.</summary>
public sealed class LossScaleTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Sources.Root, "docs", "loss-weights.md"));

    // Their scale is that of the loss inside, or, of the last one, of the batch before.
    private static readonly string[] WithoutScale =
    [
        nameof(StandardizedLoss), nameof(AdaptiveWeightLoss), nameof(AdaptiveTemperatureLoss), nameof(CurriculumLoss), nameof(CurriculumTemperatureLoss),
        nameof(CorrectedTeacherLoss), nameof(MatryoshkaLoss), nameof(ScaleDecoupledLoss), nameof(ExitLoss), nameof(HeadLoss),
        nameof(PreviousBatchLoss),
    ];

    public static TheoryData<string> Names => [.. LossZoo.Types.Select(type => type.Name).Except(WithoutScale)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Page_has_value_and_gradient_of_a_loss(string name)
    {
        string[] cells = Lines.Single(line => line.StartsWith($"| `{name}` |", StringComparison.Ordinal)).Split('|', StringSplitOptions.TrimEntries);
        (double value, double gradient) = Scale(name);

        (cells[^3], cells[^2]).Should().Be((Figure(value), Figure(gradient)));
    }

    private static (double Value, double Gradient) Scale(string name)
    {
        using var models = new ZooModels(Make(name), samples: 64, classes: 10, layerShape: [16, 8, 8], confidence: 5);
        models.Prepare();
        Tensor value = models.Compute();
        value.backward();
        double squares = models.Outputs.Sum(output => output.Tensor.grad is { } gradient ? gradient.pow(2).sum().item<double>() : 0);
        return (value.item<double>(), Math.Sqrt(squares));
    }

    // With the defaults, where the zoo has smaller numbers.
    private static IDistillationLoss Make(string name) => name switch
    {
        nameof(ConfidenceHintLoss) => new ConfidenceHintLoss("student", ["teacher1", "teacher2"], [Classifier(1), Classifier(2)], new ConvolutionConnector()),
        nameof(ContrastiveLoss) => new ContrastiveLoss("student", "teacher", samples: 64),
        nameof(WassersteinLogitLoss) => new WassersteinLogitLoss(
            [.. Enumerable.Range(0, 10).Select(i => Enumerable.Range(0, 10).Select(j => i == j ? 0.0 : 0.5).ToArray())]),
        _ => LossZoo.Make(name),
    };

    private static Sequential Classifier(int seed)
    {
        Linear linear = Linear(16, 10, hasBias: false, dtype: torch.ScalarType.Float64);
        linear.weight.requires_grad = false;
        linear.weight.copy_(Some.Inputs(10, 16, seed, torch.ScalarType.Float64));
        return Sequential(AdaptiveAvgPool2d(1), Flatten(), linear);
    }

    // Two digits.
    private static string Figure(double value)
    {
        if (value == 0)
        {
            return "0";
        }

        int digits = 1 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return digits is >= 0 and < 4
            ? value.ToString($"F{digits}", CultureInfo.InvariantCulture)
            : value.ToString("0.0e0", CultureInfo.InvariantCulture);
    }
}
