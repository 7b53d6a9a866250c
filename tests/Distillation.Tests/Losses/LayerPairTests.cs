using Distillation.Losses;

namespace Distillation.Tests.Losses;

public sealed class LayerPairTests
{
    [Fact]
    public void Pair_that_is_named_twice_is_refused() =>
        FluentActions.Invoking(() => new AttentionMapLoss(new("a", "x"), new("b", "y"), new("a", "x")))
            .Should().Throw<ArgumentException>().WithMessage("*'a' with the teacher's 'x' is named more than once*");

    [Fact]
    public void Layer_may_be_in_several_pairs() =>
        LayerPair.Demand([new("a", "x"), new("a", "y"), new("b", "y")]).Should().Be(new RequiredFeatures(FeatureSet.Of("a", "b"), FeatureSet.Of("x", "y")));
}
