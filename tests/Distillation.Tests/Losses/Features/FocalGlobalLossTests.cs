using Distillation.Losses;

namespace Distillation.Tests.Losses.Features;

public sealed class FocalGlobalLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Places_weigh_by_the_smallest_box_that_they_are_in()
    {
        // On a map of 4×4: places 0 to 2 in both directions, and place 1 to 2 of row 1 to 2 inside of it; zeros are no box.
        Tensor boxes = torch.tensor(new double[] { 0, 0, 0.5, 0.5, 0.25, 0.25, 0.5, 0.5, 0, 0, 0, 0 }).view(1, 3, 4);

        (Tensor foreground, Tensor background) = BoxMasks.Of(boxes, torch.zeros(1, 2, 4, 4, torch.ScalarType.Float64));

        const double Ninth = 1.0 / 9;
        Close.ShouldBe(
            Close.Numbers(foreground),
            [Ninth, Ninth, Ninth, 0, Ninth, 0.25, 0.25, 0, Ninth, 0.25, 0.25, 0, 0, 0, 0, 0],
            1e-12,
            "the foreground");
        double[] outside = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1];
        Close.ShouldBe(Close.Numbers(background), [.. outside.Select(one => one / 7)], 1e-12, "the background");
    }

    [Fact]
    public void An_image_without_objects_is_all_background()
    {
        foreach (long count in (long[])[0, 1])
        {
            (Tensor foreground, Tensor background) = BoxMasks.Of(torch.zeros(2, count, 4), torch.zeros(2, 3, 2, 2, torch.ScalarType.Float64));

            Close.Numbers(foreground).Should().AllBeEquivalentTo(0.0);
            Close.Numbers(background).Should().AllBeEquivalentTo(0.25);
        }
    }

    [Fact]
    public void Background_that_weighs_nothing_has_no_gradient_of_its_features()
    {
        Tensor student = Layers.Random(1, 1, 3, 4, 4).requires_grad_();
        var loss = new FocalGlobalLoss("student", "teacher", _ => torch.tensor(new[] { 0, 0, 0.2, 0.2 }).view(1, 1, 4))
        {
            ForegroundWeight = 1,
            BackgroundWeight = 0,
            AttentionWeight = 0,
            ContextWeight = 0,
        };
        DistillationContext context = Layers.Context(student, Layers.Random(2, 1, 3, 4, 4));
        loss.Prepare(context);

        loss.Compute(context).backward();

        Close.Numbers(student.grad!.abs().sum([1L])).Select(number => number > 0).Should().Equal(
            true, true, false, false, true, true, false, false, false, false, false, false, false, false, false, false);
    }

    [Fact]
    public void Context_blocks_begin_with_the_map_itself()
    {
        (Tensor student, Tensor teacher) = (Layers.Random(1, 2, 4, 3, 3), Layers.Random(2, 2, 4, 3, 3));
        var loss = new FocalGlobalLoss("student", "teacher", _ => torch.zeros(2, 1, 4))
        {
            ForegroundWeight = 0,
            BackgroundWeight = 0,
            AttentionWeight = 0,
            ContextWeight = 0.5,
        };

        Close.ShouldBe(Layers.Value(loss, student, teacher), 0.5 * (student - teacher).square().sum().item<double>() / 2, 1e-12);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        (Tensor student, Tensor teacher) = (Layers.Random(1, 2, 3, 4, 4), Layers.Random(2, 2, 3, 4, 4));
        Action boxes = () => Layers.Value(new FocalGlobalLoss("student", "teacher", _ => torch.zeros(2, 4)), student, teacher);
        Action weight = () => _ = new FocalGlobalLoss("student", "teacher", _ => torch.zeros(2, 1, 4)) { ContextWeight = -1 };
        Action early = () => new FocalGlobalLoss("student", "teacher", _ => torch.zeros(2, 1, 4)).Compute(Layers.Context(student, teacher));

        boxes.Should().Throw<InvalidOperationException>().WithMessage("Boxes must be ?2, B, 4? for a map ?2, 3, 4, 4?, but are ?2, 4?.");
        weight.Should().Throw<ArgumentOutOfRangeException>().WithMessage("ContextWeight must be *");
        early.Should().Throw<InvalidOperationException>().WithMessage("*call Prepare before Compute.");
    }
}
