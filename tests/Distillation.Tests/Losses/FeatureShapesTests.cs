using Distillation.Losses;

namespace Distillation.Tests.Losses;

/// <summary>What does not fit is refused with both shapes, and with what would.</summary>
public sealed class FeatureShapesTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    private static Dictionary<string, Action<Tensor, Tensor>> Checks { get; } = new()
    {
        ["same"] = FeatureShapes.RequireSame,
        ["samples"] = FeatureShapes.RequireSamples,
        ["channels"] = FeatureShapes.RequireChannels,
        ["maps"] = FeatureShapes.RequireMaps,
        ["maps of the same channels"] = FeatureShapes.RequireMapsOfSameChannels,
        ["maps of the same places"] = FeatureShapes.RequireMapsOfSamePlaces,
    };

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData("same", new long[] { 2, 3 }, new long[] { 2, 3 })]
    [InlineData("samples", new long[] { 2, 3 }, new long[] { 2, 4, 5 })]
    [InlineData("channels", new long[] { 2, 3, 4 }, new long[] { 2, 3, 5, 6 })]
    [InlineData("maps", new long[] { 2, 3, 4, 5 }, new long[] { 2, 6, 7, 8 })]
    [InlineData("maps of the same channels", new long[] { 2, 3, 4, 5 }, new long[] { 2, 3, 7, 8 })]
    [InlineData("maps of the same places", new long[] { 2, 3, 4, 5 }, new long[] { 2, 6, 4, 5 })]
    public void Layers_that_fit_are_taken(string check, long[] student, long[] teacher)
    {
        Action require = () => Checks[check](torch.zeros(student), torch.zeros(teacher));

        require.Should().NotThrow();
    }

    [Theory]
    [InlineData(
        "same", new long[] { 2, 3 }, new long[] { 2, 4 },
        "The loss compares layers of one shape, but the student's is [2, 3] and the teacher's [2, 4]. Give it a connector, or other layers.")]
    [InlineData(
        "samples", new long[] { 2, 3 }, new long[] { 3, 3 },
        "The loss compares layers [N, ...] of the same samples, but the student's is [2, 3] and the teacher's [3, 3].")]
    [InlineData(
        "samples", new long[] { 2 }, new long[] { 2, 3 },
        "The loss compares layers [N, ...] of the same samples, but the student's is [2] and the teacher's [2, 3].")]
    [InlineData(
        "samples", new long[] { 2, 3 }, new long[] { 2 },
        "The loss compares layers [N, ...] of the same samples, but the student's is [2, 3] and the teacher's [2].")]
    [InlineData(
        "channels", new long[] { 2, 3, 4 }, new long[] { 2, 5, 4 },
        "The loss compares layers [N, C, ...] with as many channels, but the student's is [2, 3, 4] and the teacher's [2, 5, 4]. "
        + "Give it a connector, or other layers.")]
    [InlineData(
        "channels", new long[] { 2, 3 }, new long[] { 2, 3, 4 },
        "The loss compares layers [N, C, ...] with as many channels, but the student's is [2, 3] and the teacher's [2, 3, 4]. "
        + "Give it a connector, or other layers.")]
    [InlineData(
        "channels", new long[] { 2, 3, 4 }, new long[] { 2, 3 },
        "The loss compares layers [N, C, ...] with as many channels, but the student's is [2, 3, 4] and the teacher's [2, 3]. "
        + "Give it a connector, or other layers.")]
    [InlineData(
        "maps", new long[] { 2, 3, 4 }, new long[] { 2, 3, 4, 5 },
        "The loss compares maps [N, C, H, W], but the student's layer is [2, 3, 4] and the teacher's [2, 3, 4, 5]. Name layers that give maps.")]
    [InlineData(
        "maps", new long[] { 2, 3, 4, 5 }, new long[] { 2, 3, 4 },
        "The loss compares maps [N, C, H, W], but the student's layer is [2, 3, 4, 5] and the teacher's [2, 3, 4]. Name layers that give maps.")]
    [InlineData(
        "maps of the same channels", new long[] { 2, 3, 4, 5 }, new long[] { 2, 6, 4, 5 },
        "The loss compares maps of the same number of channels, but the student's layer is [2, 3, 4, 5] and the teacher's [2, 6, 4, 5]. "
        + "Name layers of one width.")]
    [InlineData(
        "maps of the same places", new long[] { 2, 3, 4, 5 }, new long[] { 2, 3, 6, 5 },
        "The loss compares maps of one height and width, but the student's layer is [2, 3, 4, 5] and the teacher's [2, 3, 6, 5]. Name layers of one size.")]
    [InlineData(
        "maps of the same places", new long[] { 2, 3, 4, 5 }, new long[] { 2, 3, 4, 6 },
        "The loss compares maps of one height and width, but the student's layer is [2, 3, 4, 5] and the teacher's [2, 3, 4, 6]. Name layers of one size.")]
    public void Layers_that_do_not_fit_are_refused(string check, long[] student, long[] teacher, string message)
    {
        Action require = () => Checks[check](torch.zeros(student), torch.zeros(teacher));

        require.Should().Throw<InvalidOperationException>().WithMessage(message);
    }
}
