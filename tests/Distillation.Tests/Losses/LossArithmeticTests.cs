using Distillation.Losses;

namespace Distillation.Tests.Losses;

public sealed class LossArithmeticTests
{
    private readonly SoftTargetLoss _soft = new(4);
    private readonly HardLabelLoss _hard = new();

    [Fact]
    public void Methods_and_operators_of_either_order_build_the_same_sum()
    {
        LossSum expected = (0.9 * _soft) + (0.1 * _hard);

        LossSum[] others =
        [
            (_soft * 0.9) + (_hard * 0.1),
            LossSum.Of(_soft.WithWeight(0.9), _hard.WithWeight(0.1)),
            LossSum.Of([0.9 * _soft, _hard * 0.1]),
        ];

        others.Should().AllSatisfy(sum => sum.Terms.Should().Equal(expected.Terms));
    }

    [Fact]
    public void Weight_of_a_sum_multiplies_each_term() =>
        ((_soft + (0.5 * _hard)) * 2).Terms.Select(term => term.Weight.At(default)).Should().Equal(2, 1);

    [Fact]
    public void Sum_is_refused_when_it_has_no_loss_or_null()
    {
        Action none = () => LossSum.Of();
        Action missing = () => LossSum.Of(_soft, null!);

        none.Should().Throw<ArgumentException>().WithMessage("A sum must have at least one loss*");
        missing.Should().Throw<ArgumentException>().WithMessage("*none may be null*");
    }

    [Fact]
    public void Name_that_a_derived_loss_overrides_is_reported()
    {
        IDistillationLoss[] losses = [new NamedRows(), new NamedLayers(), new NamedWrapper(_hard)];

        losses.Select(loss => loss.Name).Should().AllBe("own");
        LossSum.Of(losses).Name.Should().Be("own + own#2 + own#3");
    }

    [Fact]
    public void Name_is_that_of_the_type_without_Loss_when_it_is_not_overridden() => _soft.Name.Should().Be("SoftTarget");

    private sealed class NamedRows : RowLoss
    {
        public override string Name => "own";

        public override Tensor ComputeRows(LogitRows rows) => rows.Student.sum(1);
    }

    private sealed class NamedLayers() : FeatureLoss("in", "in")
    {
        public override string Name => "own";

        protected override Tensor Compare(Tensor student, Tensor teacher, DistillationContext context) => (student - teacher).abs().mean();
    }

    private sealed class NamedWrapper(IDistillationLoss inner) : DelegatingLoss(inner)
    {
        public override string Name => "own";

        public override Tensor Compute(DistillationContext context) => Inner.Compute(context);
    }
}
