using Distillation.Losses;
using Distillation.Testing;

namespace Distillation.Tests.Losses.Logits;

public sealed class MatryoshkaLossTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly Tensor _student = torch.tensor(new[,] { { 1, 0.5, -0.2, 0.3 }, { -0.3, 2, 0.7, -1 } });
    private readonly Tensor _teacher = torch.tensor(new[,] { { 0.9, 0.1, 0.4, 0.6 }, { -0.2, 1.5, 0.3, 0.8 } });

    public void Dispose() => _scope.Dispose();

    public static TheoryData<string> Checks =>
        [.. LossCheck.All(() => throw new NotSupportedException()).Select(check => check.Name).Except(["two classes"])];

    // The numbers are from NumPy.
    [Theory]
    [InlineData(false, 1.12375)]
    [InlineData(true, 0.3285289416000994)]
    public void Value_is_the_weighted_sum_over_the_prefixes(bool normalize, double expected)
    {
        var loss = new MatryoshkaLoss(new LogitMseLoss(), [2, 4], [0.5, 2]) { Normalize = normalize };

        Close.ShouldBe(Value(loss, _student, _teacher), expected, 1e-12);
    }

    [Theory]
    [InlineData(true, 0.45210398462573426)]
    [InlineData(false, 0.26769871728913425)]
    public void Teacher_of_the_same_width_is_cut_unless_it_is_kept_whole(bool whole, double expected)
    {
        Tensor student = torch.tensor(new[,] { { 1, 0.5, 0.1 }, { -0.3, 2, -0.6 }, { 0.8, -1.1, 0.4 }, { 0.2, 0.4, 1.2 } });
        Tensor teacher = torch.tensor(new[,] { { 0.9, 0.1, 0.4 }, { -0.2, 1.5, 0.3 }, { 1.1, -0.7, 0.2 }, { 0.5, 0.5, -1 } });
        var loss = new MatryoshkaLoss(new SimilarityDistributionLoss(0.5), [2, 3]) { KeepTeacherWhole = whole };

        Close.ShouldBe(Value(loss, student, teacher), expected, 1e-12);
    }

    [Fact]
    public void Teacher_of_another_width_stays_whole()
    {
        var seen = new Seen();

        new MatryoshkaLoss(seen, [2, 3]).Compute(Some.Context(_student, torch.ones(2, 7), null));

        seen.Shapes.Should().Equal("[2, 2] and [2, 7]", "[2, 3] and [2, 7]");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sequences_and_maps_are_cut_along_their_outputs(bool map)
    {
        Tensor Shaped(Tensor rows) => map ? rows.view(3, 2, 2, 5).permute(0, 3, 1, 2) : rows.view(3, 4, 5);
        DistillationContext context = Some.Context(samples: 12, classes: 5);
        var loss = new MatryoshkaLoss(new SoftTargetLoss(2), [2, 4]) { Normalize = true };

        double value = Value(loss, Shaped(context.Student.Logits), Shaped(context.Teacher.Logits));

        Close.ShouldBe(value, Value(loss, context.Student.Logits, context.Teacher.Logits), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Checks))]
    public void Check_passes_with_several_prefixes(string check) => LossCheck.All(
        () => new MatryoshkaLoss(new LogitMseLoss() + (0.5 * new LogitCosineLoss()), [4, 2, 3], [1, 0.5, 2]) { Normalize = true })
        .Single(one => one.Name == check).Run();

    [Fact]
    public void Gradient_of_a_number_is_that_of_the_prefixes_which_have_it()
    {
        Tensor student = _student.clone().requires_grad_();

        new MatryoshkaLoss(new LogitMseLoss(), [1, 3]).Compute(Some.Context(student, _teacher, null)).backward();

        double[] difference = Close.Numbers(_student - _teacher);
        Close.ShouldBe(
            Close.Numbers(student.grad!)[..4], [(1 + (1 / 3.0)) * difference[0], difference[1] / 3, difference[2] / 3, 0], 1e-12);
    }

    [Fact]
    public void Junk_under_a_mask_has_no_part_in_value_and_gradient_when_vectors_are_normalized()
    {
        Tensor student = torch.cat([_student, torch.full_like(_student, double.NaN)]).view(2, 2, 4).requires_grad_();
        Tensor teacher = torch.cat([_teacher, torch.full_like(_teacher, double.PositiveInfinity)]).view(2, 2, 4);
        var batch = new MaskedBatch(torch.zeros(2, 1), null, torch.arange(2), torch.tensor(new long[,] { { 1, 1 }, { 0, 0 } }));
        var loss = new MatryoshkaLoss(new LogitMseLoss(), [2, 4]) { Normalize = true };

        Tensor value = loss.Compute(new DistillationContext(new ModelOutput(student), new ModelOutput(teacher), batch));
        value.backward();

        Close.ShouldBe(value.item<double>(), Value(loss, _student, _teacher), 1e-12);
        Close.Numbers(student.grad!)[8..].Should().AllBeEquivalentTo(0.0);
        Close.Numbers(student.grad!)[..8].Should().AllSatisfy(number => number.Should().NotBe(0).And.NotBe(double.NaN));
    }

    [Fact]
    public void Inner_loss_is_prepared_with_the_longest_prefix()
    {
        var seen = new Seen();

        new MatryoshkaLoss(seen, [3, 1]).Prepare(Some.Context(_student, _teacher, null));

        seen.Shapes.Should().Equal("[2, 3] and [2, 3]");
    }

    [Fact]
    public void What_the_inner_loss_learns_has_a_gradient_of_every_prefix()
    {
        var inner = new CurriculumTemperatureLoss(new SoftTargetLoss(1), 1);
        DistillationContext context = Some.Context(_student.clone().requires_grad_(), _teacher, null);
        double[] Gradient(params long[] prefixes)
        {
            var loss = new MatryoshkaLoss(inner, prefixes);
            loss.Prepare(context);
            loss.Module.Should().BeSameAs(inner.Module).And.NotBeNull();
            loss.Module!.zero_grad();
            loss.Compute(context).backward();
            return [.. loss.Module.parameters().SelectMany(parameter => Close.Numbers(parameter.grad!))];
        }

        Close.ShouldBe(Gradient(2, 4), [.. Gradient(2).Zip(Gradient(4), (one, other) => one + other)], 1e-6);
    }

    [Fact]
    public void Samples_are_compared_when_the_inner_loss_compares_them()
    {
        new MatryoshkaLoss(new SimilarityDistributionLoss(), [2]).ComparesSamples.Should().BeTrue();
        new MatryoshkaLoss(new LogitMseLoss(), [2]).ComparesSamples.Should().BeFalse();
    }

    [Fact]
    public void Run_without_a_teacher_is_one_to_the_inner_loss_too()
    {
        Action compute = () => new MatryoshkaLoss(new LogitMseLoss(), [2]).Compute(Some.Context(_student, teacher: null, labels: null));

        compute.Should().Throw<InvalidOperationException>().WithMessage("*needs a teacher*");
    }

    [Fact]
    public void Prefix_longer_than_the_outputs_is_refused_before_the_run_and_in_it()
    {
        DistillationContext context = Some.Context(_student, _teacher, null);
        var loss = new MatryoshkaLoss(new LogitMseLoss(), [2, 8]);
        const string Message = "*longest is 8*student gave [2, 4]*";

        loss.Invoking(one => one.Prepare(context)).Should().Throw<InvalidOperationException>().WithMessage(Message);
        loss.Invoking(one => one.Compute(context)).Should().Throw<InvalidOperationException>().WithMessage(Message);
    }

    [Fact]
    public void Inner_loss_that_reads_layers_is_refused()
    {
        Action alone = () => _ = new MatryoshkaLoss(new HintLoss("narrow", "wide"), [2]);
        Action inSum = () => _ = new MatryoshkaLoss(new LogitMseLoss() + new HintLoss("narrow", "wide"), [2]);

        alone.Should().Throw<ArgumentException>().WithMessage("*outputs alone*'Hint'*[narrow]*[wide]*").WithParameterName("inner");
        inSum.Should().Throw<ArgumentException>().WithMessage("*'LogitMse + Hint'*");
    }

    [Fact]
    public void Prefixes_and_weights_that_do_not_fit_are_refused_where_they_are_written()
    {
        Action none = () => _ = new MatryoshkaLoss(new LogitMseLoss(), []);
        Action twice = () => _ = new MatryoshkaLoss(new LogitMseLoss(), [2, 4, 2]);
        Action zero = () => _ = new MatryoshkaLoss(new LogitMseLoss(), [2, 0]);
        Action fewWeights = () => _ = new MatryoshkaLoss(new LogitMseLoss(), [2, 4], [1]);
        Action zeroWeight = () => _ = new MatryoshkaLoss(new LogitMseLoss(), [2, 4], [1, 0]);

        none.Should().Throw<ArgumentException>().WithMessage("*at least one prefix*are []*").WithParameterName("prefixes");
        twice.Should().Throw<ArgumentException>().WithMessage("*no two*[2, 4, 2]*").WithParameterName("prefixes");
        zero.Should().Throw<ArgumentOutOfRangeException>().WithMessage("prefixes must be positive*was 0*");
        fewWeights.Should().Throw<ArgumentException>().WithMessage("*each of the 2 prefixes*weights is 1*").WithParameterName("weights");
        zeroWeight.Should().Throw<ArgumentOutOfRangeException>().WithMessage("weights must be positive*was 0*");
    }

    [Fact]
    public void Changed_lists_change_nothing_once_the_loss_is_made()
    {
        List<long> prefixes = [2, 4];
        List<double> weights = [0.5, 2];
        var loss = new MatryoshkaLoss(new LogitMseLoss(), prefixes, weights);

        prefixes[0] = 9;
        weights[0] = 9;

        loss.Prefixes.Should().Equal(2, 4);
        loss.Weights.Should().Equal(0.5, 2);
    }

    private static double Value(IDistillationLoss loss, Tensor student, Tensor teacher) =>
        loss.Compute(Some.Context(student, teacher, null)).item<double>();

    private sealed class Seen : IDistillationLoss
    {
        public List<string> Shapes { get; } = [];

        public Tensor Compute(DistillationContext context)
        {
            Prepare(context);
            return context.Student.Logits.sum();
        }

        public void Prepare(DistillationContext sample) => Shapes.Add($"{Shape(sample.Student)} and {Shape(sample.Teacher)}");

        private static string Shape(ModelOutput output) => $"[{string.Join(", ", output.Logits.shape)}]";
    }
}
