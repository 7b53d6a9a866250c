using Distillation.Losses;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Losses;

public sealed class LossSumTests
{
    [Fact]
    public void Sum_weighs_its_terms()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context();

        double value = ((0.9 * new SoftTargetLoss(4)) + (0.1 * new HardLabelLoss())).Compute(context).item<double>();

        double expected = (0.9 * new SoftTargetLoss(4).Compute(context).item<double>()) + (0.1 * new HardLabelLoss().Compute(context).item<double>());
        value.Should().BeApproximately(expected, 1e-14);
    }

    [Fact]
    public void Weight_times_sum_weighs_every_term()
    {
        LossSum sum = 2 * ((0.5 * new SoftTargetLoss()) + new HardLabelLoss());

        sum.Terms.Select(term => term.Weight).Should().Equal(new Schedule.Constant(1), new Schedule.Constant(2));
    }

    [Fact]
    public void Weight_follows_the_run()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context(position: new(0, 25, 100, 10));

        double value = (new Schedule.Linear(1, 0) * new LogitMseLoss()).Compute(context).item<double>();

        value.Should().BeApproximately(0.75 * new LogitMseLoss().Compute(context).item<double>(), 1e-14);
    }

    [Fact]
    public void Term_without_weight_is_not_computed()
    {
        using var scope = torch.NewDisposeScope();
        LossSum sum = (0 * new Throwing()) + new LogitMseLoss();

        Action compute = () => sum.Compute(Some.Context());

        compute.Should().NotThrow();
    }

    [Fact]
    public void Sum_of_nothing_but_zero_weights_is_zero_with_a_zero_gradient()
    {
        using var scope = torch.NewDisposeScope();
        DistillationContext context = Some.Context();

        Tensor value = (0 * new LogitMseLoss()).Compute(context);
        value.backward();

        value.item<double>().Should().Be(0);
        context.Student.Logits.grad!.abs().max().item<double>().Should().Be(0);
    }

    [Fact]
    public void Closed_form_is_lost_when_one_term_has_none()
    {
        ((new SoftTargetLoss() + new HardLabelLoss()) as IDistillationLoss).ClosedForm.Should().NotBeNull();
        (new SoftTargetLoss() + new Cosine()).ClosedForm.Should().BeNull();
    }

    [Fact]
    public void Terms_of_one_name_are_numbered()
    {
        LossSum sum = new SoftTargetLoss(1) + new SoftTargetLoss(2) + new SoftTargetLoss(3);

        sum.Terms.Select(term => term.Name).Should().Equal("SoftTarget", "SoftTarget#2", "SoftTarget#3");
    }

    [Fact]
    public void Named_gives_a_name_and_keeps_the_abilities()
    {
        LossSum named = ((0.5 * new SoftTargetLoss()) + new HardLabelLoss()).Named("all");

        named.Terms.Should().ContainSingle().Which.Name.Should().Be("all");
        named.ClosedForm.Should().NotBeNull();
    }

    [Fact]
    public void Loss_of_a_user_has_the_name_of_its_type() => ((IDistillationLoss)new Cosine()).Name.Should().Be("Cosine");

    [Fact]
    public void Features_of_all_terms_are_demanded()
    {
        LossSum sum = new Reads("a", "x") + new Reads("b", "x");

        sum.Features.Should().Be(new RequiredFeatures(FeatureSet.Of("a", "b"), FeatureSet.Of("x")));
    }

    [Fact]
    public void What_the_terms_learn_is_among_the_parameters_of_the_sum()
    {
        using var scope = torch.NewDisposeScope();
        LossSum sum = new HintLoss("a", "x", new LinearConnector()) + new HintLoss("b", "x", new LinearConnector { Bias = false });
        var student = new ModelOutput(torch.zeros(2, 3), new Dictionary<Feature, Tensor> { ["a"] = torch.zeros(2, 4), ["b"] = torch.zeros(2, 6) });
        var teacher = new ModelOutput(torch.zeros(2, 3), new Dictionary<Feature, Tensor> { ["x"] = torch.zeros(2, 5) });

        ((IDistillationLoss)sum).Prepare(new(student, teacher, Some.Batch(2)));

        sum.Module!.parameters().Select(parameter => parameter.shape).Should().BeEquivalentTo(new long[][] { [5, 4], [5], [5, 6] });
    }

    [Fact]
    public void Value_that_is_no_scalar_is_named_with_the_term()
    {
        using var scope = torch.NewDisposeScope();
        Action compute = () => (1 * new PerSample()).Compute(Some.Context());

        compute.Should().Throw<InvalidOperationException>().WithMessage(
            "The loss 'PerSample' must give a scalar, the mean over the batch, but gave [5]. End it with .mean(), or with .sum() / context.Batch.Count.");
    }

    private sealed class Cosine : IDistillationLoss
    {
        public Tensor Compute(DistillationContext context) => 1 - functional.cosine_similarity(context.Student.Logits, context.Teacher.Logits, dim: 1).mean();
    }

    private sealed class PerSample : IDistillationLoss
    {
        public Tensor Compute(DistillationContext context) => context.Student.Logits.sum(1);
    }

    private sealed class Throwing : IDistillationLoss
    {
        public Tensor Compute(DistillationContext context) => throw new InvalidOperationException("must not be computed");
    }

    private sealed class Reads(Feature student, Feature teacher) : IDistillationLoss
    {
        public RequiredFeatures Features => new(FeatureSet.Of(student), FeatureSet.Of(teacher));

        public Tensor Compute(DistillationContext context) => (context.Student[student] - context.Teacher[teacher]).square().mean();
    }
}
