namespace Distillation.Tests.Serialization;

public sealed partial class HostilePickleTests
{
    [Fact]
    public void Place_far_away_to_keep_a_value_takes_no_memory() => Opened(Pickles.Zip(Changed("s.", "r\u00ff\u00ff\u00ff\u00ffs."))).Should().Equal("x");

    [Fact]
    public void More_dimensions_than_any_network_has_are_refused()
    {
        string Of(int count) => Changed("K\u0002\u0085K\u0001\u0085", $"({Repeat("K\u0001", count)}t({Repeat("K\u0001", count)}t");

        Opened(Pickles.Zip(Of(64))).Should().Equal("x");
        Refused(Pickles.Zip(Of(65))).Should().Contain("must have at most 64 sizes");
    }

    [Theory]
    [InlineData(100, false)]
    [InlineData(101, true)]
    [InlineData(1_000_000, true)]
    public void What_is_nested_too_deep_is_refused(int depth, bool refused)
    {
        byte[] file = Pickles.Zip($"{Repeat("]", depth)}{Pickles.Tensor}{Repeat("a", depth)}.");

        if (refused)
        {
            Refused(file).Should().Match(message => message.Contains("nested more than 100 deep") || message.Contains("is refused: beside its tensors"));
        }
        else
        {
            Opened(file).Should().ContainSingle();
        }
    }

    [Fact]
    public void What_is_small_and_claims_much_is_refused()
    {
        // Each list has the one before it twice: 2^90 tensors.
        string pickle = $"]{Pickles.Tensor}a{Repeat("q\0](h\0h\0e", 90)}.";

        RefusedWithinTheBound(Pickles.Zip(pickle)).Should().Contain("beside its tensors it has more than 64 MB");
    }

    [Theory]
    [InlineData("]")]
    [InlineData("(")]
    [InlineData("N")]
    [InlineData("}")]
    [InlineData(")q\0")]
    [InlineData("]r\0\0\0\0")]
    [InlineData("\u0088\u0094")]
    [InlineData("ctorch\nfloat\n")]
    [InlineData("K\u0001\u0085")]
    [InlineData("ca\nb\n")]
    [InlineData("ca\nb\n)R")]
    [InlineData("ca\nb\n)\u0081}b")]
    [InlineData("ca\nb\n)}\u0092")]
    [InlineData("(ia\nb\n")]
    [InlineData("(ca\nb\no")]
    [InlineData("\u0082\u0001")]
    [InlineData("I1\n")]
    [InlineData("L1L\n")]
    [InlineData("F1\n")]
    [InlineData("S'a'\n")]
    [InlineData("Va\n")]
    [InlineData("N2")]
    [InlineData("Np1\n")]
    [InlineData("C\u0001a")]
    [InlineData("\u008f")]
    [InlineData("(\u0091")]
    [InlineData("(l")]
    [InlineData("(d")]
    [InlineData("ca\nb\n)RNa")]
    [InlineData("ca\nb\n)RNNs")]
    public void Memory_is_bound_whatever_is_repeated(string instruction) =>
        RefusedWithinTheBound(Pickles.Zip(Repeat(instruction, 5_000_000 / instruction.Length))).Should().StartWith($"'{_path}'");

    [Fact]
    public void Objects_that_share_what_they_hold_are_looked_through_within_the_bound()
    {
        string pickle = $"](({Repeat("N", 100_000)}lq\0{Repeat("ca\nb\nh\0\u0085R", 20_000)}e.";

        RefusedWithinTheBound(Pickles.Zip(pickle)).Should().StartWith($"'{_path}'");
    }

    [Fact]
    public void Pickle_cut_anywhere_is_refused()
    {
        for (int length = 0; length < Pickles.Right.Length; length++)
        {
            Refused(Pickles.Zip(Pickles.Right[..length])).Should().StartWith($"'{_path}'");
        }
    }
}
