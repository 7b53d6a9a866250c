using Distillation.Training;

namespace Distillation.Tests.Losses;

/// <summary>What holds of every loss in the library, with its defaults. A new loss is among them without being listed.</summary>
public sealed class EveryLossTests
{
    public static TheoryData<string> Names => LossZoo.Names;

    public static TheoryData<string> RowLosses => LossZoo.RowLosses;

    public static TheoryData<string> ClosedForms => LossZoo.ClosedForms;

    public static TheoryData<string, string> Extremes
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string name in LossZoo.Types.Select(type => type.Name))
            {
                foreach (string extreme in ExtremeCases.Keys)
                {
                    data.Add(name, extreme);
                }
            }

            return data;
        }
    }

    private static Dictionary<string, Func<IDistillationLoss, ZooModels>> ExtremeCases { get; } = new()
    {
        ["huge logits"] = loss => Filled(loss, models =>
        {
            models.StudentLogits.copy_(models.StudentLogits.sign() * 1e4);
            models.TeacherLogits.copy_(models.TeacherLogits.sign() * -1e4);
        }),
        ["a one-hot teacher"] = loss =>
            Filled(loss, models => models.FillTeacher(torch.eye(LossZoo.Width, dtype: torch.ScalarType.Float64).repeat(2, 1).narrow(0, 0, 6) * 1e4)),
        ["equal logits"] = loss => Filled(loss, models =>
        {
            models.StudentLogits.fill_(3);
            models.TeacherLogits.fill_(3);
        }),
        ["student equal to teacher"] = loss => Filled(loss, models =>
        {
            models.StudentLogits.copy_(models.TeacherLogits);
            foreach ((Parameter student, Tensor teacher) in models.StudentLayers.OrderBy(layer => layer.Key.Path)
                .Select(layer => layer.Value)
                .Zip(models.TeacherLayers.OrderBy(layer => layer.Key.Path).Select(layer => layer.Value)))
            {
                student.copy_(teacher);
            }
        }),
        ["one sample"] = loss => new ZooModels(loss, samples: 1),
        ["two classes"] = loss => new ZooModels(loss, classes: 2),
        ["zero layers"] = loss => Filled(loss, models => models.FillLayers(0)),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_is_that_of_finite_differences(string name)
    {
        using ZooModels models = new ZooModels(LossZoo.Make(name)).Prepare();

        ShouldHaveGradientOfDifferences(models, models.Outputs, sign: 1, step: 1e-6);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_of_what_a_loss_learns_is_that_of_finite_differences(string name)
    {
        using ZooModels models = new ZooModels(LossZoo.Make(name)).Prepare();

        ShouldHaveGradientOfDifferences(models, models.Own, sign: LossZoo.Adversarial.Contains(name) ? -1 : 1, LossZoo.Step(name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_a_loss_learns_is_found_in_its_module(string name)
    {
        using ZooModels models = new ZooModels(LossZoo.Make(name)).Prepare();

        _ = models.Loss.Module?.state_dict().Should().NotBeEmpty("a module that shows no parameter and no memory is neither trained nor saved");
    }

    [Theory]
    [MemberData(nameof(ClosedForms))]
    public void Closed_form_equals_the_graph_in_float64(string name) => ShouldHaveClosedForm(name, torch.ScalarType.Float64, 1e-12);

    [Theory]
    [MemberData(nameof(ClosedForms))]
    public void Closed_form_equals_the_graph_in_float32(string name) => ShouldHaveClosedForm(name, torch.ScalarType.Float32, 1e-6);

    [Theory]
    [MemberData(nameof(ClosedForms))]
    public void Closed_form_leaves_its_inputs_as_they_were_and_gives_tensors_of_its_own(string name)
    {
        using var models = new ZooModels(LossZoo.Make(name));
        using var noGradient = torch.no_grad();
        double[] student = Close.Numbers(models.StudentLogits);
        double[] teacher = Close.Numbers(models.TeacherLogits);

        LossGradient closed = models.Loss.ClosedForm!.Compute(models.Context);
        closed.AtLogits.fill_(7);
        closed.Value.fill_(7);

        Close.Numbers(models.StudentLogits).Should().Equal(student);
        Close.Numbers(models.TeacherLogits).Should().Equal(teacher);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Float32_agrees_with_float64(string name)
    {
        long samples = LossZoo.SamplesOfFloat32(name);
        using ZooModels exact = new ZooModels(LossZoo.Make(name), samples).Prepare();
        using ZooModels single = new ZooModels(LossZoo.Make(name), samples, dtype: torch.ScalarType.Float32).Prepare();
        using (torch.no_grad())
        {
            foreach ((Parameter ofSingle, Parameter ofExact) in single.Own.Zip(exact.Own).Select(pair => (pair.First.Tensor, pair.Second.Tensor)))
            {
                ofSingle.copy_(ofExact);
            }
        }

        Tensor expected = exact.Compute();
        Tensor value = single.Compute();
        expected.backward();
        value.backward();

        value.dtype.Should().Be(torch.ScalarType.Float32);
        Close.ShouldBe(value.item<float>(), expected.item<double>(), 1e-5);
        double[] gradients = [.. exact.Outputs.SelectMany(output => Gradient(output.Tensor))];
        Close.ShouldBe([.. single.Outputs.SelectMany(output => Gradient(output.Tensor))], gradients, 1e-5);
    }

    [Theory]
    [MemberData(nameof(Extremes))]
    public void Value_and_gradient_are_finite_at_extremes(string name, string extreme)
    {
        using ZooModels models = ExtremeCases[extreme](LossZoo.Make(name));

        models.Prepare();
        Tensor value = models.Compute();
        value.backward();

        value.dim().Should().Be(0, "a loss is a scalar");
        value.isfinite().item<bool>().Should().BeTrue($"the value is {value.item<double>()}");
        foreach ((string output, Parameter tensor) in models.Outputs.Concat(models.Own))
        {
            Gradient(tensor).Should().AllSatisfy(number => double.IsFinite(number).Should().BeTrue(), $"the gradient at {output} must be finite");
        }

        if (models.Loss.ClosedForm is { } closedForm)
        {
            using var noGradient = torch.no_grad();
            LossGradient closed = closedForm.Compute(models.Context);
            Close.ShouldBe(closed.Value.item<double>(), value.item<double>(), 1e-12);
            Close.ShouldBe(Close.Numbers(closed.AtLogits), Gradient(models.StudentLogits), 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void One_class_gives_something_finite_or_is_refused(string name)
    {
        Exception? thrown = Record.Exception(() =>
        {
            using ZooModels models = new ZooModels(LossZoo.Make(name), classes: 1).Prepare();
            Tensor value = models.Compute();
            value.backward();
            value.isfinite().item<bool>().Should().BeTrue($"the value is {value.item<double>()}");
            Gradient(models.StudentLogits).Should().AllSatisfy(number => double.IsFinite(number).Should().BeTrue());
        });

        (thrown is null or InvalidOperationException).Should().BeTrue($"a clear refusal is an InvalidOperationException, not {thrown}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_tensor_is_left_after_200_steps(string name)
    {
        using ZooModels models = new(LossZoo.Make(name));
        using var step = new DistillationScheme(models.Teacher, new Learner(models.Student, models.Loss, new SgdOptimizer(1e-6)));
        using (torch.NewDisposeScope())
        using (torch.no_grad())
        {
            step.Prepare(models.Batch);
        }

        Leak.None(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                using var scope = torch.NewDisposeScope();
                step.AccumulateGradients(models.Batch, new TrainingPosition(i, i, 100, 1));
                ((ITrainingScheme)step).Update(new TrainingPosition(i, i, 100, 1));
            }
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_step_brings_the_loss_down(string name)
    {
        using ZooModels models = new ZooModels(LossZoo.Make(name)).Prepare();
        Tensor before = models.Compute();
        before.backward();
        (Parameter Tensor, Tensor? Gradient)[] outputs = [.. models.Outputs.Select(output => (output.Tensor, output.Tensor.grad))];
        double square = outputs.Sum(output => output.Gradient?.square().sum().item<double>() ?? 0);

        using (torch.no_grad())
        {
            foreach ((Parameter tensor, Tensor? gradient) in outputs)
            {
                _ = gradient is null ? tensor : tensor.sub_(gradient * (1e-4 / Math.Sqrt(square)));
            }
        }

        square.Should().BePositive("the student must be able to learn");
        models.Compute().item<double>().Should().BeLessThan(before.item<double>());
    }

    [Theory]
    [MemberData(nameof(RowLosses))]
    public void Sequences_and_maps_are_rows(string name)
    {
        using ZooModels models = new ZooModels(LossZoo.Make(name), samples: 12).Prepare();
        double expected = models.Loss.Compute(models.Context).item<double>();

        Tensor labels = models.Batch.Labels!;
        Tensor Sequence(Tensor rows) => rows.view(3, 4, -1);
        Tensor Map(Tensor rows) => rows.view(3, 2, 2, -1).permute(0, 3, 1, 2);
        Tensor LabelRows(params long[] shape) => labels.dim() == 1 ? labels.view(shape) : shape.Length == 2 ? Sequence(labels) : Map(labels);

        Close.ShouldBe(Compute(models, Sequence(models.StudentLogits), Sequence(models.TeacherLogits), LabelRows(3, 4)), expected, 1e-12, "a sequence");
        Close.ShouldBe(Compute(models, Map(models.StudentLogits), Map(models.TeacherLogits), LabelRows(3, 2, 2)), expected, 1e-12, "a map");
    }

    [Theory]
    [MemberData(nameof(RowLosses))]
    public void Masked_rows_do_not_count(string name)
    {
        using ZooModels few = new ZooModels(LossZoo.Make(name), samples: 12).Prepare();
        Tensor kept = torch.tensor([0L, 1, 2, 4, 5, 8]);
        Tensor labels = few.Batch.Labels!;
        double expected = Compute(few, few.StudentLogits.index_select(0, kept), few.TeacherLogits.index_select(0, kept), labels.index_select(0, kept));
        Tensor mask = torch.zeros(12, torch.ScalarType.Int64).index_fill_(0, kept, 1).view(3, 4);

        var logits = new Parameter(few.StudentLogits.detach().clone());
        var batch = new MaskedBatch(
            torch.zeros(3, 1), labels.dim() == 1 ? labels.view(3, 4) : labels.view(3, 4, -1), torch.arange(3, torch.ScalarType.Int64), mask);
        var context = new DistillationContext(
            new ModelOutput(logits.view(3, 4, -1)), LossZoo.Teacher(few.Loss, few.TeacherLogits.view(3, 4, -1)), batch, few.Context.Position);
        Tensor value = few.Loss.Compute(context);
        value.backward();

        Close.ShouldBe(value.item<double>(), expected, 1e-12);
        logits.grad!.index_select(0, torch.tensor([3L, 6, 7, 9, 10, 11])).abs().max().item<double>().Should().Be(0);
        if (few.Loss.ClosedForm is { } closedForm)
        {
            using var noGradient = torch.no_grad();
            Close.ShouldBe(Close.Numbers(closedForm.Compute(context).AtLogits), Close.Numbers(logits.grad!), 1e-12);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Outputs_that_do_not_fit_are_named(string name)
    {
        using ZooModels models = new ZooModels(LossZoo.Make(name)).Prepare();
        DistillationContext context = models.Context;
        ModelOutput Fewer(ModelOutput output) =>
            new(output.Logits.narrow(0, 0, 5), output.Features.ToDictionary(feature => feature, feature => output[feature].narrow(0, 0, 5)));
        if (!UsesTeacher(models))
        {
            return;
        }

        Action compute = () => models.Loss.Compute(new DistillationContext(context.Student, Fewer(context.Teacher), context.Batch, context.Position));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*student*?6, *teacher*?5, *");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Missing_labels_are_asked_for_where_they_are_needed(string name)
    {
        using ZooModels models = new ZooModels(LossZoo.Make(name)).Prepare();
        DistillationContext context = models.Context;
        var unlabeled = new Batch(context.Batch.Inputs, labels: null, context.Batch.Indices);

        Exception? thrown = Record.Exception(() => models.Loss.Compute(new DistillationContext(context.Student, context.Teacher, unlabeled, context.Position)));

        if (thrown is not null)
        {
            thrown.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("needs labels");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_class_id_out_of_range_is_named_where_labels_are_read(string name)
    {
        using ZooModels models = new ZooModels(LossZoo.Make(name)).Prepare();
        DistillationContext context = models.Context;
        var wrong = new Batch(context.Batch.Inputs, torch.tensor([0L, 1, 9, 2, 0, 1]), context.Batch.Indices);

        Exception? thrown = Record.Exception(() => models.Loss.Compute(new DistillationContext(context.Student, context.Teacher, wrong, context.Position)));

        if (thrown is not null)
        {
            thrown.Should().BeOfType<InvalidOperationException>().Which.Message
                .Should().MatchRegex("(Class ids must be in .* but the batch has 9)|(are \\[6\\] Int64)");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_temperature_that_is_not_positive_is_refused(string name)
    {
        if (!LossZoo.Takes(name, "temperature"))
        {
            return;
        }

        Action make = () => LossZoo.Make(name, "temperature", (Schedule)0.0);

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*emperature must be positive*");
    }

    private static bool UsesTeacher(ZooModels models)
    {
        DistillationContext context = models.Context;
        return Record.Exception(() =>
            models.Loss.Compute(new DistillationContext(context.Student, teacher: null, context.Batch, context.Position))) is InvalidOperationException;
    }

    private static double Compute(ZooModels models, Tensor student, Tensor teacher, Tensor labels) => models.Loss.Compute(new DistillationContext(
        new ModelOutput(student),
        LossZoo.Teacher(models.Loss, teacher),
        new Batch(torch.zeros(student.size(0), 1), labels, torch.arange(student.size(0), torch.ScalarType.Int64)),
        models.Context.Position)).item<double>();

    private static ZooModels Filled(IDistillationLoss loss, Action<ZooModels> fill)
    {
        var models = new ZooModels(loss);
        using var noGradient = torch.no_grad();
        fill(models);
        return models;
    }

    private static double[] Gradient(Parameter tensor) => tensor.grad is { } gradient ? Close.Numbers(gradient) : new double[tensor.numel()];

    private static void ShouldHaveClosedForm(string name, torch.ScalarType dtype, double relative)
    {
        using var models = new ZooModels(LossZoo.Make(name), samples: 7, classes: 5, dtype: dtype, seed: 3);
        Tensor value = models.Loss.Compute(models.Context);
        value.backward();

        using var noGradient = torch.no_grad();
        LossGradient closed = models.Loss.ClosedForm!.Compute(models.Context);

        Close.ShouldBe(Close.Numbers(closed.Value)[0], Close.Numbers(value)[0], relative);
        Close.ShouldBe(Close.Numbers(closed.AtLogits), Gradient(models.StudentLogits), relative);
        closed.AtLogits.dtype.Should().Be(dtype);
    }

    private static void ShouldHaveGradientOfDifferences(ZooModels models, IEnumerable<(string Name, Parameter Tensor)> points, int sign, double step)
    {
        models.Compute().backward();
        foreach ((string output, Parameter tensor) in points)
        {
            double[] numbers = Close.Numbers(tensor);
            double[] differences = [.. Enumerable.Range(0, numbers.Length).Select(i => sign * (Moved(i, step) - Moved(i, -step)) / (2 * step))];
            double[] gradient = Gradient(tensor);
            double scale = Math.Max(Close.Largest(differences), 1e-3);
            Close.Largest(gradient.Zip(differences, (one, other) => one - other)).Should().BeLessThanOrEqualTo(
                1e-6 * scale,
                $"the gradient at {output} is [{string.Join(", ", gradient.Take(6))}, ...], "
                + $"the differences are [{string.Join(", ", differences.Take(6))}, ...]");

            double Moved(int i, double difference)
            {
                using var scope = torch.NewDisposeScope();
                using var noGradient = torch.no_grad();
                Tensor flat = tensor.view(-1);
                flat[i] = torch.tensor(numbers[i] + difference, tensor.dtype);
                double value = models.Compute().item<double>();
                flat[i] = torch.tensor(numbers[i], tensor.dtype);
                return value;
            }
        }
    }
}
