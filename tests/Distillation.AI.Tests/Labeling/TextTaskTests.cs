using Distillation.Text;

namespace Distillation.AI.Tests;

public sealed class TextTaskTests
{
    private static readonly TextLabel[] Labels = [new() { Name = "yes" }, new() { Name = "no" }];

    [Fact]
    public void Labels_must_be_two_and_differ() =>
        new (Action Make, string Message)[]
        {
            (() => _ = new TextTask { Description = "?", Labels = Labels[..1] }, "*2 labels or more*there are 1*"),
            (() => _ = new TextTask { Description = "?", Labels = [.. Labels, new() { Name = " YES" }] }, "*must differ*2 are 'yes'*"),
            (() => _ = new TextTask { Description = " ", Labels = Labels }, "Description must have letters*"),
            (() => _ = new TextLabel { Name = "" }, "Name must have letters*"),
        }.Should().AllSatisfy(one => one.Make.Should().Throw<ArgumentException>().WithMessage(one.Message));

    [Fact]
    public void Examples_must_have_known_labels_in_whatever_order_they_are_written()
    {
        LabeledText[] wrong = [new("text", "maybe")];

        FluentActions.Invoking(() => new TextTask { Description = "?", Labels = Labels, Examples = wrong })
            .Should().Throw<ArgumentException>().WithMessage("*'maybe'*'text'*yes, no*");
        FluentActions.Invoking(() => new TextTask { Description = "?", Examples = wrong, Labels = Labels })
            .Should().Throw<ArgumentException>().WithMessage("*'maybe'*");
        FluentActions.Invoking(() => new TextTask { Description = "?", Labels = Labels } with { Examples = wrong }).Should().Throw<ArgumentException>();
        new TextTask { Description = "?", Examples = [new("text", "no")], Labels = Labels }.Examples.Should().ContainSingle();
    }
}
