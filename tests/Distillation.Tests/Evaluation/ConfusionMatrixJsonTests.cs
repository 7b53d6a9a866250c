using System.Text.Json;

namespace Distillation.Tests.Evaluation;

public sealed class ConfusionMatrixJsonTests
{
    private static ConfusionMatrix Matrix => new([3, 0, 1, 0, 0, 0, 2, 0, 7], 3);

    [Fact]
    public void It_comes_back_as_it_was() =>
        JsonSerializer.Deserialize<ConfusionMatrix>(JsonSerializer.Serialize(Matrix)).Should().Be(Matrix);

    [Fact]
    public void Zeros_are_left_out() =>
        JsonSerializer.Serialize(Matrix).Should().Be("""{"Samples":[4,0,9],"Places":[0,2,6,8],"Counts":[3,1,2,7]}""");

    [Theory]
    [InlineData("""{"Samples":[4,0,9],"Places":[0,2,6,9],"Counts":[3,1,2,7]}""")]
    [InlineData("""{"Samples":[4,0,9],"Places":[0,2,6,-1],"Counts":[3,1,2,7]}""")]
    [InlineData("""{"Samples":[4,0,9],"Places":[0,2,6],"Counts":[3,1,2,7]}""")]
    [InlineData("""{"Samples":[4,0,8],"Places":[0,2,6,8],"Counts":[3,1,2,7]}""")]
    [InlineData("""{"Samples":[4,0,9]}""")]
    [InlineData("[1]")]
    public void Numbers_that_do_not_fit_each_other_are_refused(string json) =>
        FluentActions.Invoking(() => JsonSerializer.Deserialize<ConfusionMatrix>(json)).Should().Throw<JsonException>();
}
