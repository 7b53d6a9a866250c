using Distillation.Losses;

namespace Distillation.Tests.Losses.Logits;

public sealed class CurriculumTemperatureLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly DistillationContext _context = Some.Context(samples: 8);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void First_temperature_is_that_of_the_authors() =>
        Close.ShouldBe(Prepared(new CurriculumTemperatureLoss(new SoftTargetLoss(1))).Temperature, 1 + (20 / (1 + Math.Exp(-1))), 1e-15);

    [Fact]
    public void Range_of_temperatures_is_an_option()
    {
        CurriculumTemperatureLoss loss = Prepared(new CurriculumTemperatureLoss(new SoftTargetLoss(1)) { Start = 2, Range = 3 });
        Parameter parameter = loss.Module!.parameters().Single();
        double At(double value)
        {
            using var noGradient = torch.no_grad();
            parameter.fill_(value);
            return loss.Temperature;
        }

        Close.ShouldBe(At(-100), 2, 1e-12);
        Close.ShouldBe(At(0), 3.5, 1e-12);
        Close.ShouldBe(At(100), 5, 1e-12);
    }

    [Fact]
    public void Loss_is_the_inner_one_at_the_temperature()
    {
        CurriculumTemperatureLoss loss = Prepared(new CurriculumTemperatureLoss(new SoftTargetLoss(1)));

        double expected = RowsByHand.Of(_context.Student.Logits).Zip(
            RowsByHand.Of(_context.Teacher.Logits), (student, teacher) =>
                loss.Temperature * loss.Temperature * RowsByHand.Divergence(student, teacher, loss.Temperature)).Average();
        Close.ShouldBe(loss.Compute(_context).item<double>(), expected, 1e-9);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Gradient_of_the_temperature_is_reversed_and_scaled(double reversal)
    {
        CurriculumTemperatureLoss loss = Prepared(new CurriculumTemperatureLoss(new SoftTargetLoss(1), reversal) { Range = 2 });

        loss.Compute(_context).backward();

        double[][] students = RowsByHand.Of(_context.Student.Logits);
        double[][] teachers = RowsByHand.Of(_context.Teacher.Logits);
        double At(double parameter)
        {
            double temperature = 1 + (2 / (1 + Math.Exp(-parameter)));
            return students.Zip(teachers, (student, teacher) => temperature * temperature * RowsByHand.Divergence(student, teacher, temperature)).Average();
        }

        double slope = (At(1 + 1e-5) - At(1 - 1e-5)) / 2e-5;
        Close.ShouldBe(loss.Module!.parameters().Single().grad!.item<double>(), -reversal * slope, 1e-6);
    }

    [Fact]
    public void Training_goes_where_the_loss_is_larger()
    {
        CurriculumTemperatureLoss loss = Prepared(new CurriculumTemperatureLoss(new SoftTargetLoss(1), reversal: 1));
        Parameter parameter = loss.Module!.parameters().Single();
        double before = loss.Compute(_context).item<double>();

        loss.Compute(_context).backward();
        using var noGradient = torch.no_grad();
        parameter.sub_(parameter.grad! * 0.1);

        loss.Compute(_context).item<double>().Should().BeGreaterThan(before);
    }

    [Fact]
    public void Run_moves_the_temperature()
    {
        var loss = new CurriculumTemperatureLoss(new SoftTargetLoss(1), reversal: 1);
        var options = new TrainerOptions { Epochs = 5, Optimizer = new SgdOptimizer(0.1) };
        torch.nn.Module<Tensor, Tensor> network = Some.Mlp(seed: 4);
        using ITeacher teacher = Teacher.From(inputs => network.call(inputs) * 50);

        new DistillationTrainer(teacher, Student.From(Some.Mlp()), loss, options).Fit(Some.Data());

        loss.Temperature.Should().NotBeApproximately(1 + (20 / (1 + Math.Exp(-1))), 1e-4);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(50, 0.5)]
    [InlineData(100, 1)]
    [InlineData(2400, 1)]
    public void Default_reversal_is_that_of_the_authors(long step, double expected) =>
        new CurriculumTemperatureLoss(new SoftTargetLoss(1)).Reversal.At(new TrainingPosition(0, step, 2400, 10)).Should().BeApproximately(expected, 1e-12);

    [Fact]
    public void Temperature_is_made_once()
    {
        CurriculumTemperatureLoss loss = Prepared(new CurriculumTemperatureLoss(new SoftTargetLoss(1)));
        torch.nn.Module? first = loss.Module;

        loss.Prepare(_context);

        loss.Module.Should().BeSameAs(first);
    }

    [Fact]
    public void What_the_loss_inside_learns_is_learned_too()
    {
        CurriculumTemperatureLoss loss = Prepared(new CurriculumTemperatureLoss(new CurriculumTemperatureLoss(new SoftTargetLoss(1))));

        loss.Module!.named_parameters().Select(parameter => parameter.name).Should().BeEquivalentTo("temperature", "inner.temperature");
    }

    [Fact]
    public void Loss_that_has_seen_no_batch_is_refused()
    {
        Action compute = () => new CurriculumTemperatureLoss(new SoftTargetLoss(1)).Compute(_context);

        compute.Should().Throw<InvalidOperationException>().WithMessage("*Prepare*");
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Func<object>[] wrong =
        [
            () => new CurriculumTemperatureLoss(new SoftTargetLoss(1), reversal: -1),
            () => new CurriculumTemperatureLoss(new SoftTargetLoss(1)) { Start = 0 },
            () => new CurriculumTemperatureLoss(new SoftTargetLoss(1)) { Range = -2 },
        ];

        wrong.Should().AllSatisfy(make => make.Should().Throw<ArgumentOutOfRangeException>());
    }

    private CurriculumTemperatureLoss Prepared(CurriculumTemperatureLoss loss)
    {
        using var noGradient = torch.no_grad();
        loss.Prepare(_context);
        return loss;
    }
}
