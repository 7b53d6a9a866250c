using QuickStart;

namespace Distillation.Tests.Samples;

public class CommandLineTests
{
    [Theory]
    [InlineData("--epochs 0", "--epochs must be at least 1, but is 0.")]
    [InlineData("compress --seeds -1", "--seeds must be at least 1, but is -1.")]
    [InlineData("small-data --labels 19", "--labels must be at least 20, but is 19.")]
    [InlineData("small-data --unlabeled -1", "--unlabeled must be at least 0, but is -1.")]
    [InlineData("federated --count 1", "--count must be at least 2, but is 1.")]
    [InlineData("federated --classes-each 0", "--classes-each must be at least 1, but is 0.")]
    [InlineData("federated --labels 50", "Unrecognized command or argument '--labels'.")]
    public void Argument_is_refused_when_it_cannot_be_followed(string arguments, string message) =>
        CommandLine.Create().Parse(arguments).Errors[0].Message.Should().Be(message);

    [Theory]
    [InlineData("")]
    [InlineData("--data . --epochs 1 --seeds 1 --seed -1 --out .")]
    [InlineData("small-data --labels 20 --unlabeled 0 --no-search")]
    [InlineData("federated --count 2 --classes-each 5 --samples-each 10")]
    public void Arguments_are_taken_when_they_are_in_range(string arguments) =>
        CommandLine.Create().Parse(arguments).Errors.Should().BeEmpty();

    [Fact]
    public void Out_is_refused_when_it_is_a_file()
    {
        string file = typeof(CommandLine).Assembly.Location;

        CommandLine.Create().Parse(["--out", file]).Errors.Should().ContainSingle().Which.Message
            .Should().Be($"--out must be a directory, but '{file}' is a file.");
    }
}
