using Distillation.Testing;

namespace Distillation.Tests.Losses;

/// <summary>What holds of every loss in the library, with its defaults. A new loss is among them without being listed.</summary>
public sealed class EveryLossTests
{
    public static TheoryData<string> Names => LossZoo.Names;

    public static TheoryData<string> RowLosses => LossZoo.RowLosses;

    /// <summary>Gets every check of every loss.</summary>
    public static TheoryData<string, string> Checks =>
        Pairs(LossZoo.Types.Select(type => type.Name), LossCheck.All(() => throw new NotSupportedException()).Select(check => check.Name));

    /// <summary>Gets the checks of closed forms, of those losses that have one.</summary>
    public static TheoryData<string, string> ClosedForms =>
        Pairs(LossZoo.ClosedFormNames, ["closed form in float64", "closed form in float32", "closed form inputs"]);

    [Theory]
    [MemberData(nameof(Checks))]
    public void Check_passes(string name, string check) => Run(name, check, LossZoo.Options(name));

    [Theory]
    [MemberData(nameof(ClosedForms))]
    public void Closed_form_holds_for_other_numbers_of_samples_and_classes(string name, string check) =>
        Run(name, check, LossZoo.Options(name) with { Samples = 7, Classes = 5, Seed = 3 });

    [Theory]
    [MemberData(nameof(Names))]
    public void What_a_loss_learns_is_found_in_its_module(string name)
    {
        using ZooModels models = new ZooModels(LossZoo.Make(name)).Prepare();

        _ = models.Loss.Module?.state_dict().Should().NotBeEmpty("a module that shows no parameter and no memory is neither trained nor saved");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_weight_of_a_loss_has_one_name(string name)
    {
        using ZooModels models = new ZooModels(LossZoo.Make(name)).Prepare();

        IEnumerable<IntPtr> weights = models.Loss.Module?.state_dict().Values.Select(weight => weight.Handle) ?? [];

        weights.Should().OnlyHaveUniqueItems("a second name is a second entry in every checkpoint");
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
    [MemberData(nameof(RowLosses))]
    public void Sequences_and_maps_are_rows(string name)
    {
        using ZooModels models = new ZooModels(LossZoo.Make(name), samples: 12).Prepare();
        using var noGradient = torch.no_grad();
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
    public void Missing_labels_are_refused_where_they_are_needed(string name)
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
    public void Class_id_out_of_range_is_named_where_labels_are_read(string name)
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
    public void Temperature_that_is_not_positive_is_refused(string name)
    {
        if (!LossZoo.Takes(name, "temperature"))
        {
            return;
        }

        Action make = () => LossZoo.Make(name, "temperature", (Schedule)0.0);

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*emperature must be positive*");
    }

    private static void Run(string name, string check, LossCheckOptions options) =>
        LossCheck.All(() => LossZoo.Make(name), options).Single(one => one.Name == check).Run();

    private static TheoryData<string, string> Pairs(IEnumerable<string> losses, IEnumerable<string> checks)
    {
        var data = new TheoryData<string, string>();
        foreach ((string loss, string check) in losses.SelectMany(loss => checks.Select(check => (loss, check))))
        {
            data.Add(loss, check);
        }

        return data;
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

    private static double[] Gradient(Parameter tensor) => tensor.grad is { } gradient ? Close.Numbers(gradient) : new double[tensor.numel()];
}
