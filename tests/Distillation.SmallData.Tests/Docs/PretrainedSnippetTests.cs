using Distillation.Evaluation;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests.Docs;

/// <summary>The pieces of C# about pretrained networks in the documents that need no ONNX file.</summary>
public sealed class PretrainedSnippetTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Features_are_chosen_by_leave_one_out()
    {
        torch.manual_seed(1);
        using var originals = new LabeledSamples(new TensorData(Some.Inputs(40, 64).view(40, 1, 8, 8), Some.Labels(40, 3)));

        using ITeacher backbone = Teacher.From(Sequential(
            ("stage1", Conv2d(1, 4, 3)), ("act", ReLU()), ("stage2", Conv2d(4, 8, 3)),
            ("pool", AdaptiveAvgPool2d(4)), ("flat", Flatten()), ("out", Linear(128, 10))));
        using var parts = new FeatureExtractor(backbone, new FeatureExtractorOptions
        {
            Parts = [.. LayerFeatures.Candidates(["stage1", "stage2"], FeaturePooling.Average, FeaturePooling.Grid()), MappedFeatures.Inputs],
        });
        FeatureSelectionResult chosen = new FeatureSelection { MaxParts = 2 }.Choose(parts, originals);
        Console.WriteLine(chosen.Describe());

        using FeatureExtractor best = parts.With(chosen.Chosen);
        using FittedTeacher probe = new FeatureRidge(best) { Ridge = new() { Bandwidths = [0] } }.Fit(originals, seed: 0);
        using FittedTeacher means = new NearestClassMeans { FeatureMap = best.Describe }.Fit(originals, seed: 0);

        chosen.Chosen.Should().HaveCountLessThanOrEqualTo(2);
        Evaluator.Evaluate(probe.OutOfFold, originals.Labels!).Samples.Should().Be(40);
        Evaluator.Evaluate(means.OutOfFold, originals.Labels!).Samples.Should().Be(40);
    }
}
