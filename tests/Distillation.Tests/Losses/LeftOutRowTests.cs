using System.Reflection;
using Distillation.Losses;

namespace Distillation.Tests.Losses;

/// <summary>
/// Rows of logits that a mask or an ignored label rules out: whatever stands there has no part in value or gradient, for every loss on logits.
/// </summary>
public sealed class LeftOutRowTests : IDisposable
{
    private const long Samples = 3;
    private const long Places = 4;
    private const long Ignored = -100;

    private static readonly double[] Junk = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 6e4];
    private static readonly bool[] Left = [false, true, false, false, true, true, false, false, true, false, true, false];

    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public static TheoryData<string, torch.ScalarType> Masked => Cases([.. OnRows, nameof(ChannelwiseLoss)]);

    public static TheoryData<string, torch.ScalarType> OfClassIds =>
        Cases(OnRows.Where(name => LossZoo.Labels(LossZoo.Make(name), 2, 3).dim() == 1));

    private static IEnumerable<string> OnRows =>
        LossZoo.Types.Where(type => type.IsSubclassOf(typeof(RowLoss)) || type.IsSubclassOf(typeof(DelegatingLoss))).Select(type => type.Name)
            .Where(name => LossZoo.Make(name).Features.Student.Count == 0);

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Masked))]
    public void Junk_under_a_mask_changes_nothing(string name, torch.ScalarType dtype) => ShouldNotMatter(() => LossZoo.Make(name), dtype, ignores: false);

    [Theory]
    [MemberData(nameof(OfClassIds))]
    public void Junk_at_an_ignored_label_changes_nothing(string name, torch.ScalarType dtype) =>
        ShouldNotMatter(() => MakeIgnoring(name), dtype, ignores: true);

    [Theory]
    [MemberData(nameof(Masked))]
    public void Nothing_but_masked_rows_costs_nothing(string name, torch.ScalarType dtype)
    {
        foreach (double junk in Junk)
        {
            ShouldBeNothing(Measure(LossZoo.Make(name), dtype, [.. Left.Select(_ => true)], junk, ignores: false));
        }
    }

    [Theory]
    [MemberData(nameof(OfClassIds))]
    public void Nothing_but_ignored_labels_costs_nothing(string name, torch.ScalarType dtype)
    {
        foreach (double junk in Junk)
        {
            ShouldBeNothing(Measure(MakeIgnoring(name), dtype, [.. Left.Select(_ => true)], junk, ignores: true));
        }
    }

    [Theory]
    [InlineData(torch.ScalarType.Float64)]
    [InlineData(torch.ScalarType.Float32)]
    [InlineData(torch.ScalarType.Float16)]
    public void Nothing_that_counts_costs_nothing_with_class_weights(torch.ScalarType dtype)
    {
        var loss = new HardLabelLoss { IgnoredLabel = Ignored, ClassWeights = [1, 2, 0.5, 3] };

        ShouldBeNothing(Measure(loss, dtype, [.. Left.Select(_ => true)], double.NaN, ignores: true));
        ShouldBeNothing(Measure(new HardLabelLoss { ClassWeights = [0, 0, 0, 0] }, dtype, Left, 0, ignores: false));
    }

    [Fact]
    public void Sum_that_counts_for_nothing_is_zero_whatever_the_logits_are()
    {
        Tensor logits = torch.full([48, 1], 2000, torch.ScalarType.Float16).requires_grad_();
        Tensor broken = torch.tensor(new[,] { { double.NaN, double.NegativeInfinity } }).requires_grad_();
        IDistillationLoss loss = 0 * new LogitMseLoss();

        Tensor[] values = [loss.Compute(Some.Context(logits, logits.detach(), null)), loss.Compute(Some.Context(broken, broken.detach(), null))];
        Array.ForEach(values, value => value.backward());

        values.Should().AllSatisfy(value => Close.Numbers(value).Should().Equal(0));
        Close.Numbers(logits.grad!).Concat(Close.Numbers(broken.grad!)).Should().AllBeEquivalentTo(0.0);
    }

    [Fact]
    public void Mask_of_places_of_the_inputs_leaves_all_logits_of_a_classifier_in()
    {
        DistillationContext plain = Some.Context(samples: 3);
        using var padded = new MaskedTokens(plain, torch.tensor(new long[,] { { 1, 1 }, { 1, 0 }, { 0, 0 } }));

        foreach (IDistillationLoss loss
            in new IDistillationLoss[] { new SoftTargetLoss(2), new HardLabelLoss(), new CorrelationLoss(), new StandardizedLoss(new SoftTargetLoss()) })
        {
            loss.Compute(padded.Context).item<double>().Should().Be(loss.Compute(plain).item<double>());
        }
    }

    [Fact]
    public void Mask_that_may_mean_either_or_neither_is_refused()
    {
        foreach (long[] shape in new long[][] { [3, 1], [3, 2, 2] })
        {
            using var padded = new MaskedTokens(Some.Context(samples: 3), torch.ones(shape));
            Action compute = () => new SoftTargetLoss().Compute(padded.Context);

            compute.Should().Throw<InvalidOperationException>()
                .WithMessage("The mask must be ?3?, one for each row of logits ?3, 4?, or ?N, T? with T > 1*padded inputs, but is *");
        }
    }

    private static TheoryData<string, torch.ScalarType> Cases(IEnumerable<string> names)
    {
        var data = new TheoryData<string, torch.ScalarType>();
        foreach (string name in names)
        {
            foreach (torch.ScalarType dtype
                in (torch.ScalarType[])[torch.ScalarType.Float64, torch.ScalarType.Float32, torch.ScalarType.BFloat16, torch.ScalarType.Float16])
            {
                data.Add(name, dtype);
            }
        }

        return data;
    }

    private static IDistillationLoss MakeIgnoring(string name)
    {
        if (LossZoo.Takes(name, "inner"))
        {
            return LossZoo.Make(name, "inner", new SoftTargetLoss(2) { IgnoredLabel = Ignored });
        }

        IDistillationLoss loss = LossZoo.Make(name);
        loss.GetType().GetProperty(nameof(RowLoss.IgnoredLabel), BindingFlags.Instance | BindingFlags.Public)!.SetValue(loss, Ignored);
        return loss;
    }

    private static void ShouldNotMatter(Func<IDistillationLoss> make, torch.ScalarType dtype, bool ignores)
    {
        Measured expected = Measure(make(), dtype, Left, junk: 0.5, ignores);
        expected.Numbers.Should().AllSatisfy(number => double.IsFinite(number).Should().BeTrue());
        foreach (double junk in Junk)
        {
            Measure(make(), dtype, Left, junk, ignores).Numbers.Should().Equal(expected.Numbers, $"{junk} stands where nothing counts");
        }
    }

    private static void ShouldBeNothing(Measured measured) => measured.Numbers.Should().AllBeEquivalentTo(0.0);

    private static Measured Measure(IDistillationLoss loss, torch.ScalarType dtype, bool[] left, double junk, bool ignores)
    {
        using var scope = torch.NewDisposeScope();
        using ZooModels models = new ZooModels(loss, Samples * Places, dtype: dtype).Prepare();
        Tensor out1 = torch.tensor(left);
        Tensor student = Spoil(models.StudentLogits.detach().clone(), out1, junk).requires_grad_();
        ModelOutput output = LossZoo.Teacher(loss, models.TeacherLogits);
        var teacher = new ModelOutput(
            Shape(Spoil(output.Logits, out1, junk)), output.Features.ToDictionary(feature => feature, feature => Shape(Spoil(output[feature], out1, junk))));
        Tensor labels = models.Batch.Labels!;
        labels = ignores ? labels.masked_fill(out1, Ignored) : Spoil(labels, out1, junk);
        Batch batch = ignores
            ? new Batch(torch.zeros(Samples, 1), Shape(labels), torch.arange(Samples))
            : new MaskedBatch(torch.zeros(Samples, 1), Shape(labels), torch.arange(Samples), MaskOf(loss, out1));
        var context = new DistillationContext(new ModelOutput(Shape(student)), teacher, batch, models.Context.Position);

        Tensor value = loss.Compute(context);
        value.backward();
        List<double> numbers = [.. Close.Numbers(value), .. Close.Numbers(student.grad!), .. models.Own.SelectMany(own => Close.Numbers(own.Tensor.grad!))];
        if (loss.ClosedForm is { } closedForm)
        {
            using var noGradient = torch.no_grad();
            LossGradient closed = closedForm.Compute(context);
            numbers.AddRange([.. Close.Numbers(closed.Value), .. Close.Numbers(closed.AtLogits)]);
        }

        return new(numbers);
    }

    // Maps [12, C, 2, 2] of a loss on maps stay what they are, with a mask for each sample; rows become sequences.
    private static Tensor Shape(Tensor rows) => rows.dim() switch
    {
        1 => rows.view(Samples, Places),
        2 => rows.view(Samples, Places, -1),
        _ => rows.view(Samples, Places, rows.size(1), -1).transpose(1, 2),
    };

    private static Tensor MaskOf(IDistillationLoss loss, Tensor left) =>
        loss is ChannelwiseLoss ? left.logical_not().view(Samples, Places, 1).expand(Samples, Places, 4) : left.logical_not().view(Samples, Places);

    private static Tensor Spoil(Tensor tensor, Tensor left, double junk)
    {
        Tensor where = left.view([-1, .. Enumerable.Repeat(1L, (int)tensor.dim() - 1)]);
        return torch.is_integral(tensor) ? tensor.masked_fill(where, 999) : tensor.masked_fill(where, junk);
    }

    private readonly record struct Measured(List<double> Numbers);

    private sealed class MaskedTokens(DistillationContext plain, Tensor mask) : IDisposable
    {
        public DistillationContext Context { get; } = new(
            plain.Student, plain.Teacher, new MaskedBatch(plain.Batch.Inputs, plain.Batch.Labels, plain.Batch.Indices, mask));

        public void Dispose() => mask.Dispose();
    }
}
