using CsCheck;
using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class StandardizedLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Inner_loss_sees_z_scores_over_classes()
    {
        DistillationContext context = Some.Context();
        double[][] expected = [.. RowsByHand.Of(context.Teacher.Logits).Select(row =>
        {
            double mean = row.Average();
            double deviation = Math.Sqrt(row.Sum(number => (number - mean) * (number - mean)) / (row.Length - 1));
            return row.Select(number => (number - mean) / (deviation + 1e-7)).ToArray();
        })];
        var seen = new Seen();

        new StandardizedLoss(seen).Compute(context);

        Close.ShouldBe(Close.Numbers(seen.Context!.Teacher.Logits), [.. expected.SelectMany(row => row)], 1e-12);
    }

    [Fact]
    public void Value_does_not_depend_on_shift_and_positive_scale_of_either() =>
        Gen.Select(Gen.Double[-10, 10], Gen.Double[0.1, 10], Gen.Double[-10, 10], Gen.Double[0.1, 10], Gen.Int[0, 1000]).ForAll(
            (shift, scale, teacherShift, teacherScale, seed) =>
            {
                using var scope = torch.NewDisposeScope();
                DistillationContext context = Some.Context(seed: seed);
                var loss = new StandardizedLoss(new SoftTargetLoss(2));

                double expected = loss.Compute(context).item<double>();
                double moved = loss.Compute(context.With(
                    new ModelOutput((context.Student.Logits * scale) + shift), new ModelOutput((context.Teacher.Logits * teacherScale) + teacherShift)))
                        .item<double>();

                moved.Should().BeApproximately(expected, 1e-5 * (1 + expected));
            },
            iter: 50);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sequences_and_maps_are_standardized_over_their_classes(bool map)
    {
        Tensor Shaped(Tensor rows) => map ? rows.view(3, 2, 2, 5).permute(0, 3, 1, 2) : rows.view(3, 4, 5);
        DistillationContext context = Some.Context(samples: 12, classes: 5);
        var loss = new StandardizedLoss(new SoftTargetLoss(2));

        double value = loss.Compute(Some.Context(Shaped(context.Student.Logits), Shaped(context.Teacher.Logits), labels: null)).item<double>();

        Close.ShouldBe(value, loss.Compute(context).item<double>(), 1e-12);
    }

    [Fact]
    public void Layers_pass_unchanged()
    {
        DistillationContext context = Some.Context();
        Tensor layer = torch.ones(5, 2);
        var seen = new Seen();

        new StandardizedLoss(seen)
            .Prepare(context.With(new ModelOutput(context.Student.Logits, new Dictionary<Feature, Tensor> { ["inner"] = layer }), context.Teacher));

        seen.Context!.Student["inner"].Should().BeSameAs(layer);
    }

    [Fact]
    public void Run_without_a_teacher_is_one_to_the_inner_loss_too()
    {
        Action compute = () => new StandardizedLoss(new SoftTargetLoss()).Compute(Some.Context(torch.ones(2, 3), teacher: null, labels: null));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*needs a teacher*");
    }

    [Fact]
    public void One_class_is_refused()
    {
        Action compute = () => new StandardizedLoss(new LogitMseLoss()).Compute(Some.Context(torch.ones(3, 1), torch.ones(3, 1), labels: null));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*two classes at least*student*[3, 1]*");
    }

    private sealed class Seen : IDistillationLoss
    {
        public DistillationContext? Context { get; private set; }

        public Tensor Compute(DistillationContext context)
        {
            Context = context;
            return context.Student.Logits.sum();
        }

        public void Prepare(DistillationContext sample) => Context = sample;
    }
}
