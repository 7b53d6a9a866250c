namespace Distillation.Tests.Conventions;

/// <summary>The rule that <c>KeptAliveScalar</c> explains.</summary>
public sealed class KeptAliveScalarTests
{
    [Fact]
    public void The_library_holds_every_number_that_it_hands_to_native_code() =>
        string.Join(Environment.NewLine, HouseRules.Packages.SelectMany(UnheldNumbers.Of))
            .Should().BeEmpty($"{nameof(TensorArithmetic)} and {nameof(TensorComparison)} do the same with a held number");

    [Fact]
    public void Every_number_that_is_made_has_a_name_that_holds_it() =>
        HouseRules.Sources.Where(path => Path.GetFileName(path) != $"{nameof(KeptAliveScalar)}.cs").SelectMany(File.ReadLines)
            .Where(line => line.Contains(".ToScalar()", StringComparison.Ordinal)).Should()
            .NotBeEmpty().And.AllSatisfy(line => line.Should().MatchRegex(@"^ +using Scalar \w+ = "));
}
