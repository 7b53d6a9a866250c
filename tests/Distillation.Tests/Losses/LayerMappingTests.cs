using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses;

public sealed class LayerMappingTests
{
    [Fact]
    public void Uniform_takes_every_third_of_twelve_layers_for_four() =>
        LayerMapping.Uniform("s.{0}", "t.{0}.out", 4, 12).Should().Equal(
            new LayerPair("s.0", "t.2.out"), new LayerPair("s.1", "t.5.out"), new LayerPair("s.2", "t.8.out"), new LayerPair("s.3", "t.11.out"));

    [Fact]
    public void Uniform_ends_on_the_last_layer_and_takes_none_twice() =>
        Gen.Select(Gen.Int[1, 12], Gen.Int[0, 20]).ForAll((students, more) =>
        {
            IReadOnlyList<LayerPair> pairs = LayerMapping.Uniform("{0}", "{0}", students, students + more);

            pairs.Select(pair => pair.Teacher).Should().OnlyHaveUniqueItems().And.HaveCount(students);
            pairs[^1].Should().Be(new LayerPair($"{students - 1}", $"{students + more - 1}"));
        });

    [Fact]
    public void Last_takes_layers_from_the_end_in_order() =>
        LayerMapping.Last("s{0}", "t{0}", 4, 12, count: 2).Should().Equal(new LayerPair("s2", "t10"), new LayerPair("s3", "t11"));

    [Fact]
    public void Numbers_are_taken_as_they_are() =>
        LayerMapping.Of("s{0}", "t{0}", (0, 3), (2, 7)).Should().Equal(new LayerPair("s0", "t3"), new LayerPair("s2", "t7"));

    [Fact]
    public void What_cannot_be_mapped_is_refused()
    {
        Refused(() => LayerMapping.Uniform("s{0}", "t{0}", 0, 2), "*studentLayers must be positive*");
        Refused(() => LayerMapping.Uniform("s{0}", "t{0}", 4, 3), "*teacherLayers must be in*");
        Refused(() => LayerMapping.Last("s{0}", "t{0}", 2, 5, count: 3), "*count must be in ?1, 2?*");
        Refused(() => LayerMapping.Of("s", "t{0}", (0, 0)), "*in place of the layer's number, but is 's'*");
        Refused(() => LayerMapping.Of("s{0}", "t{0}", (0, -1)), "*must be zero or positive*");
    }

    private static void Refused(Func<IReadOnlyList<LayerPair>> make, string message) => make.Should().Throw<ArgumentException>().WithMessage(message);
}
