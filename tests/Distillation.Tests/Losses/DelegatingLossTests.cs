using Distillation.Losses;

namespace Distillation.Tests.Losses;

/// <summary>A wrapper that forgets a member would lose layers or parameters without a word.</summary>
public sealed class DelegatingLossTests
{
    [Fact]
    public void Layers_and_parameters_of_the_loss_inside_pass_through()
    {
        using var models = new ZooModels(new StandardizedLoss(new HintLoss("student", "teacher", new ConvolutionConnector())));

        models.Prepare();

        models.Loss.Features.Should().Be(new RequiredFeatures(FeatureSet.Of("student"), FeatureSet.Of("teacher")));
        models.Loss.Module!.parameters().Should().HaveCount(2);
        models.Compute().item<double>().Should().BePositive();
    }

    [Fact]
    public void Layers_parameters_and_the_ignored_label_pass_through_wrappers_of_rows()
    {
        var inner = new CurriculumTemperatureLoss(new SparseTargetLoss() { IgnoredLabel = 2 });
        var outer = new AdaptiveWeightLoss(inner, RowMeasure.TeacherConfidence);
        using var models = new ZooModels(outer);

        models.Prepare();

        outer.Features.Should().Be(inner.Features).And.NotBe(RequiredFeatures.None);
        outer.Module.Should().BeSameAs(inner.Module).And.NotBeNull();
        outer.IgnoredLabel.Should().Be(2);
        outer.RowGradient.Should().BeNull("the loss inside has none");
    }
}
