using Distillation.Models;

namespace Distillation.Tests.Models;

public sealed class ScaledTeacherTests
{
    [Fact]
    public void Logits_are_divided_and_layers_are_not()
    {
        using var scope = torch.NewDisposeScope();
        using ITeacher inner = Teacher.From(Some.Mlp());
        Batch batch = Some.Batch();
        ModelOutput expected = inner.Predict(batch, FeatureSet.Of("act"));

        ModelOutput output = new ScaledTeacher(inner, 4).Predict(batch, FeatureSet.Of("act"));

        Close.ShouldBe(Close.Numbers(output.Logits), [.. Close.Numbers(expected.Logits).Select(logit => logit / 4)], 1e-6);
        Close.Numbers(output["act"]).Should().Equal(Close.Numbers(expected["act"]));
    }

    [Fact]
    public void Temperature_that_is_not_positive_is_refused()
    {
        using ITeacher inner = Teacher.From(Some.Mlp());
        Action make = () => _ = new ScaledTeacher(inner, 0);

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("temperature must be positive*");
    }
}
