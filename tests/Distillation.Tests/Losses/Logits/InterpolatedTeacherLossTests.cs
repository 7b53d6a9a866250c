using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class InterpolatedTeacherLossTests
{
    [Fact]
    public void Share_moves_with_updates_alone()
    {
        using var scope = torch.NewDisposeScope();
        var loss = new InterpolatedTeacherLoss { StepSize = 0.5 };
        DistillationContext context = Some.Context();
        loss.Prepare(context);
        loss.Compute(context);

        using (torch.no_grad())
        {
            loss.Compute(context);
        }

        loss.Share.Should().Be(0.4, "what is measured without gradients is no update");
        loss.Compute(context);
        loss.Share.Should().BeGreaterThan(0.4);
    }

    [Fact]
    public void Share_follows_the_run_where_the_step_is_zero()
    {
        using var scope = torch.NewDisposeScope();
        var loss = new InterpolatedTeacherLoss { StepSize = 0, Start = 0.2, End = 0.8 };

        foreach (long step in (long[])[0, 50])
        {
            DistillationContext context = Some.Context(position: new(0, step, 100, 10));
            loss.Prepare(context);
            loss.Compute(context);
        }

        Close.ShouldBe(loss.Share, 0.5, 1e-12);
    }

    [Fact]
    public void A_loss_that_is_not_finite_leaves_the_share_as_it_is()
    {
        using var scope = torch.NewDisposeScope();
        var loss = new InterpolatedTeacherLoss { StepSize = 0.5 };
        DistillationContext context = Some.Context();
        loss.Prepare(context);
        loss.Compute(context);
        loss.Compute(context);
        double before = loss.Share;

        loss.Compute(Some.Context(torch.full([1, 4], double.NaN, torch.ScalarType.Float64).requires_grad_(), torch.zeros(1, 4), labels: null));

        loss.Share.Should().Be(before);
    }

    [Fact]
    public void State_that_is_loaded_goes_on_as_the_one_that_was_saved()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context();
        InterpolatedTeacherLoss[] losses = [new() { StepSize = 0.5 }, new() { StepSize = 0.5 }];
        Array.ForEach(losses, loss => loss.Prepare(context));
        for (int i = 0; i < 3; i++)
        {
            losses[0].Compute(context);
        }

        losses[1].Module!.load_state_dict(losses[0].Module!.state_dict());
        double[] shares = [.. losses.Select(loss =>
        {
            loss.Compute(context);
            return loss.Share;
        })];

        shares[1].Should().Be(shares[0]).And.BeGreaterThan(0.4);
    }

    [Fact]
    public void Options_that_do_not_fit_are_refused()
    {
        Action start = () => _ = new InterpolatedTeacherLoss { Start = 1 };
        Action end = () => new InterpolatedTeacherLoss { Start = 0.5, End = 0.4 }.Prepare(Some.Context());
        Action early = () => new InterpolatedTeacherLoss().Compute(Some.Context());

        using var scope = torch.NewDisposeScope();
        start.Should().Throw<ArgumentOutOfRangeException>().WithMessage("Start must be *");
        end.Should().Throw<InvalidOperationException>().WithMessage("End must be at least Start, 0.5, but is 0.4.");
        early.Should().Throw<InvalidOperationException>().WithMessage("*call Prepare before.");
    }
}
