using Distillation.Tests;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Compression.Tests;

public sealed class KeepLayersTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Chosen_layers_keep_their_names_and_weights()
    {
        Sequential network = Sequential(("a", Linear(6, 6)), ("b", Linear(6, 6)), ("c", Linear(6, 3)));
        Module third = network.named_children().Last().module;

        using Sequential student = StudentBuilder.KeepLayers(network, 0, 2);

        student.named_children().Select(child => child.name).Should().Equal("a", "c");
        student.named_children().Last().module.Should().BeSameAs(third);
        student.call(Some.Inputs()).shape.Should().Equal(20, 3);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 1)]
    [InlineData(0, 3)]
    [InlineData(-1, 1)]
    public void Numbers_that_are_not_ascending_layers_are_refused(int first, int second) =>
        FluentActions.Invoking(() => StudentBuilder.KeepLayers(Sequential(("a", Linear(6, 6)), ("b", ReLU()), ("c", Linear(6, 3))), first, second))
            .Should().Throw<ArgumentException>().WithMessage($"The layers must be ascending numbers in [0, 3), but are [{first}, {second}].*");
}
