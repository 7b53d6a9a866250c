namespace Distillation.Tests.Conventions;

/// <summary>What of the rule of <c>KeptAliveScalar</c> the analyzer of banned symbols cannot express.</summary>
public sealed class KeptAliveScalarTests
{
    [Fact]
    public void Library_calls_no_operator_that_leaves_a_number_unheld() =>
        string.Join(Environment.NewLine, HouseRules.Packages.SelectMany(ScalarMakers.OperatorsCalledBy))
            .Should().BeEmpty($"{nameof(TensorArithmetic)} does the same with a held number");

    [Fact]
    public void Every_number_that_is_made_has_a_name_that_holds_it() =>
        Sources.In("src").Where(path => Path.GetFileName(path) != $"{nameof(KeptAliveScalar)}.cs").SelectMany(File.ReadLines)
            .Where(line => line.Contains(".ToScalar()", StringComparison.Ordinal)).Should()
            .NotBeEmpty().And.AllSatisfy(line => line.Should().MatchRegex(@"^ +using Scalar \w+ = "));
}
