using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class ChannelwiseLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Tensor _student = Some.Inputs(2, 18, seed: 1, torch.ScalarType.Float64).view(2, 3, 2, 3);
    private readonly Tensor _teacher = Some.Inputs(2, 18, seed: 2, torch.ScalarType.Float64).view(2, 3, 2, 3);

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Channels_are_distributions_over_their_places(double temperature)
    {
        double value = new ChannelwiseLoss(temperature).Compute(Some.Context(_student, _teacher, labels: null)).item<double>();

        double expected = RowsByHand.Of(_student.view(6, 6))
            .Zip(RowsByHand.Of(_teacher.view(6, 6)), (student, teacher) => RowsByHand.Divergence(student, teacher, temperature))
            .Average();
        Close.ShouldBe(value, temperature * temperature * expected, 1e-9);
    }

    [Fact]
    public void Layers_are_compared_in_the_same_way()
    {
        DistillationContext context = Some.Context().With(
            new ModelOutput(torch.zeros(2, 3), new Dictionary<Feature, Tensor> { ["s"] = _student }),
            new ModelOutput(torch.zeros(2, 3), new Dictionary<Feature, Tensor> { ["t"] = _teacher }));

        double value = new LayerChannelwiseLoss("s", "t", temperature: 2).Compute(context).item<double>();

        Close.ShouldBe(value, new ChannelwiseLoss(2).Compute(Some.Context(_student, _teacher, labels: null)).item<double>(), 1e-15);
    }

    [Fact]
    public void Masked_places_do_not_count()
    {
        bool[] mask = [true, false, true, true, true, false];
        var batch = new MaskedBatch(torch.zeros(2, 1), labels: null, torch.arange(2, torch.ScalarType.Int64), torch.tensor(mask).view(1, 2, 3).expand(2, 2, 3));
        Parameter student = new(_student.clone());

        Tensor value = new ChannelwiseLoss().Compute(new DistillationContext(new ModelOutput(student), new ModelOutput(_teacher), batch));
        value.backward();

        double[] Kept(double[] row) => [.. row.Where((_, place) => mask[place])];
        double expected = RowsByHand.Of(_student.view(6, 6))
            .Zip(RowsByHand.Of(_teacher.view(6, 6)), (one, other) => RowsByHand.Divergence(Kept(one), Kept(other), 4))
            .Average();
        Close.ShouldBe(value.item<double>(), 16 * expected, 1e-9);
        RowsByHand.Of(student.grad!.view(6, 6)).Should().AllSatisfy(row => (row[1], row[5]).Should().Be((0, 0)));
    }

    [Fact]
    public void Picture_of_which_nothing_counts_adds_nothing()
    {
        var batch = new MaskedBatch(torch.zeros(2, 1), labels: null, torch.arange(2, torch.ScalarType.Int64), torch.zeros(2, 2, 3));
        Parameter student = new(_student.clone());

        Tensor value = new ChannelwiseLoss().Compute(new DistillationContext(new ModelOutput(student), new ModelOutput(_teacher), batch));
        value.backward();

        value.item<double>().Should().Be(0);
        Close.Numbers(student.grad!).Should().OnlyContain(number => number == 0);
    }

    [Fact]
    public void Value_does_not_depend_on_what_is_added_to_a_channel() =>
        Gen.Double[-20, 20].Array[3].ForAll(
            shifts =>
            {
                using var scope = torch.NewDisposeScope();
                Tensor shift = torch.tensor(shifts).view(1, 3, 1, 1);
                var loss = new ChannelwiseLoss();

                double moved = loss.Compute(Some.Context(_student + shift, _teacher - shift, labels: null)).item<double>();

                moved.Should().BeApproximately(loss.Compute(Some.Context(_student, _teacher, labels: null)).item<double>(), 1e-12);
            },
            iter: 30);

    [Fact]
    public void Logits_without_places_and_masks_that_do_not_fit_are_named()
    {
        var batch = new MaskedBatch(torch.zeros(2, 1), labels: null, torch.arange(2, torch.ScalarType.Int64), torch.ones(2, 3, 2));
        Action rows = () => new ChannelwiseLoss().Compute(Some.Context());
        Action mask = () => new ChannelwiseLoss().Compute(new DistillationContext(new ModelOutput(_student), new ModelOutput(_teacher), batch));

        rows.Should().Throw<InvalidOperationException>().WithMessage("*?N, C, H, W?*student*?5, 4?*");
        mask.Should().Throw<InvalidOperationException>().WithMessage("*mask must be ?2, 2, 3?*?2, 3, 2?*");
    }
}
