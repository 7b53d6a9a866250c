using Distillation.Losses;

namespace Distillation.Tests.Losses;

/// <summary>
/// A logit of −∞ rules its class out: where both models do so it is no class, where the teacher alone does its probability is 0; where the formula is infinite,
/// so is the value.
/// </summary>
public sealed class RuledOutClassTests : IDisposable
{
    private const long Classes = 5;

    private readonly DisposeScope _scope = torch.NewDisposeScope();

    // Losses that compare classes, with a number of their own at T, and without a target that gives mass to every class.
    public static TheoryData<string, double, torch.ScalarType> Both => Cases(All.Keys);

    public static TheoryData<string, double, torch.ScalarType> TeacherAlone =>
        Cases(All.Keys.Except(InfiniteByTeacher.Keys).Except(["standardized", "smoothed where wrong"]));

    public static TheoryData<string> Infinite => [.. InfiniteByTeacher.Keys, .. InfiniteByStudent.Keys];

    private static Dictionary<string, Func<double, RowLoss>> InfiniteByTeacher { get; } = new()
    {
        ["mean square"] = _ => new LogitMseLoss(),
        ["absolute"] = _ => new LogitL1Loss(),
        ["Jensen-Shannon 1"] = temperature => new JensenShannonLoss(1, temperature),
        ["skew reverse 0"] = temperature => new SkewReverseDivergenceLoss(0, temperature),
        ["alpha-beta, reverse"] = temperature => new AlphaBetaDivergenceLoss(0, 0.7, temperature),
        ["adaptive divergence"] = temperature => new AdaptiveDivergenceLoss(0.5, temperature),
    };

    private static Dictionary<string, Func<double, RowLoss>> InfiniteByStudent { get; } = new()
    {
        ["soft targets"] = temperature => new SoftTargetLoss(temperature),
        ["soft cross entropy"] = temperature => new SoftCrossEntropyLoss(temperature),
        ["Jensen-Shannon 0"] = temperature => new JensenShannonLoss(0, temperature),
        ["skew 0"] = temperature => new SkewDivergenceLoss(0, temperature),
        ["decoupled"] = temperature => new DecoupledLoss(1, 2, temperature),
        ["normalized"] = temperature => new NormalizedTargetLoss(1.5, temperature),
        ["binary"] = temperature => new BinarySoftTargetLoss(temperature),
        ["transformed teacher"] = temperature => new TransformedTeacherLoss(1 / temperature),
        ["transformed teacher, weighted"] = temperature => new TransformedTeacherLoss(1 / temperature) { IsWeighted = true },
        ["alpha-beta, forward"] = temperature => new AlphaBetaDivergenceLoss(0.7, 0, temperature),
        ["enhanced target"] = temperature => new EnhancedTargetLoss(1.5, temperature),
        ["weighted soft labels"] = temperature => new WeightedSoftLabelLoss(temperature),
        ["corrected teacher"] = temperature => new CorrectedTeacherLoss(new SoftTargetLoss(temperature), TeacherCorrection.ProbabilityShift),
    };

    private static Dictionary<string, Func<double, IDistillationLoss>> All { get; } = new Dictionary<string, Func<double, IDistillationLoss>>(
        InfiniteByTeacher.Concat(InfiniteByStudent).Select(one => KeyValuePair.Create(one.Key, (Func<double, IDistillationLoss>)one.Value)))
    {
        ["labels"] = _ => new HardLabelLoss(),
        ["weighted labels"] = _ => new HardLabelLoss { ClassWeights = [1, 2, 3, 1, 2] },
        ["Jensen-Shannon 0.3"] = temperature => new JensenShannonLoss(0.3, temperature),
        ["skew"] = temperature => new SkewDivergenceLoss(0.1, temperature),
        ["skew reverse"] = temperature => new SkewReverseDivergenceLoss(0.1, temperature),
        ["total variation"] = temperature => new TotalVariationLoss(temperature),
        ["correlation"] = temperature => new CorrelationLoss(1, 1, temperature),
        ["levels"] = temperature => new MultiLevelLoss([temperature]),
        ["direction"] = _ => new DirectionLoss(),
        ["logit cosine"] = _ => new LogitCosineLoss(),
        ["hinge"] = _ => new TopKHingeLoss(),
        ["logistic"] = _ => new TopKLogisticLoss(),
        ["list"] = temperature => new SparseTargetLoss(temperature),
        ["refined"] = temperature => new RefinedLogitLoss(1, 2, temperature, temperature),
        ["alpha-beta"] = temperature => new AlphaBetaDivergenceLoss(0.3, 0.9, temperature),
        ["interpolated teacher"] = _ => new InterpolatedTeacherLoss(),
        ["smoothed where wrong"] = temperature => new CorrectedTeacherLoss(new SkewDivergenceLoss(0.1), TeacherCorrection.LabelSmoothing(), temperature),
        ["minifinetuning"] = temperature => new CorrectedTeacherLoss(new SkewDivergenceLoss(0.1, temperature), TeacherCorrection.Minifinetuning(), temperature),
        ["list, reverse"] = _ => new SparseDivergenceLoss(1),
        ["list, Jensen-Shannon"] = _ => new SparseDivergenceLoss(),
        ["list with a bucket"] = _ => new SparseTargetLoss(missing: MissingProbability.OneBucket),
        ["weighted by entropy"] = temperature => new AdaptiveWeightLoss(new SoftTargetLoss(temperature), RowMeasure.TeacherEntropy),
        ["tempered by confidence"] = temperature => new AdaptiveTemperatureLoss(new SkewDivergenceLoss(0.2, temperature), RowMeasure.TeacherConfidence),
        ["learned temperature"] = temperature => new CurriculumTemperatureLoss(new JensenShannonLoss(0.4, temperature), 1),
        ["learned temperature, soft targets"] = temperature => new CurriculumTemperatureLoss(new SoftTargetLoss(temperature), 1),
        ["curriculum"] = temperature => new CurriculumLoss(new DecoupledLoss(1, 2, temperature), RowMeasure.TeacherEntropy, 0.5),
        ["standardized"] = temperature => new StandardizedLoss(new SoftTargetLoss(temperature)),
        ["a sum"] = temperature => new SoftTargetLoss(temperature) + (0.5 * new HardLabelLoss()),
    };

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Both))]
    public void Class_that_both_rule_out_is_no_class(string name, double temperature, torch.ScalarType dtype)
    {
        foreach (long place in (long[])[0, Classes - 1])
        {
            (Tensor student, Tensor teacher, Tensor labels) = Logits(dtype);
            Tensor ids = torch.arange(Classes);
            Tensor others = ids.masked_select(ids.ne(place));
            Measured expected = Measure(Weighted(name, temperature, place), student.index_select(1, others), teacher.index_select(1, others), labels);

            Measured found = Measure(
                All[name](temperature),
                With(student, place, double.NegativeInfinity),
                With(teacher, place, double.NegativeInfinity),
                labels.add(labels.ge(place).to(torch.ScalarType.Int64)));

            ShouldBe(found, expected, dtype, gradient => gradient.index_select(1, others));
            Close.Numbers(found.Gradient.select(1, place)).Should().AllBeEquivalentTo(0.0);
        }
    }

    [Theory]
    [MemberData(nameof(TeacherAlone))]
    public void Class_that_the_teacher_rules_out_is_one_of_a_very_low_logit(string name, double temperature, torch.ScalarType dtype)
    {
        (Tensor student, Tensor teacher, Tensor labels) = Logits(dtype);

        Measured found = Measure(All[name](temperature), student, With(teacher, Classes - 1, double.NegativeInfinity), labels);

        Measured expected = Measure(
            All[name](temperature), student.to(torch.ScalarType.Float64), With(teacher.to(torch.ScalarType.Float64), Classes - 1, -1e9), labels);
        ShouldBe(found, expected, dtype, gradient => gradient);
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(1)]
    [InlineData(4)]
    public void Standardized_logits_are_those_of_the_classes_that_a_model_leaves(double temperature)
    {
        (Tensor student, Tensor teacher, Tensor labels) = Logits(torch.ScalarType.Float64);

        Measured found = Measure(
            new StandardizedLoss(new TotalVariationLoss(temperature)), student, With(teacher, Classes - 1, double.NegativeInfinity), labels);

        Tensor Scores(Tensor logits) => (logits - logits.mean([1], keepdim: true)) / logits.std(1, unbiased: true, keepdim: true);
        Tensor wanted = torch.cat(
            [Scores(teacher.narrow(1, 0, Classes - 1)), torch.full(teacher.size(0), 1, double.NegativeInfinity, torch.ScalarType.Float64)], 1);
        double expected = new TotalVariationLoss(temperature).Compute(Some.Context(Scores(student), wanted, null)).item<double>();
        Close.ShouldBe(found.Value, expected, 1e-5);
        Close.Numbers(found.Gradient).Should().AllSatisfy(number => double.IsFinite(number).Should().BeTrue());
    }

    [Theory]
    [MemberData(nameof(Infinite))]
    public void Value_is_infinite_where_the_formula_is(string name)
    {
        (Tensor student, Tensor teacher, Tensor labels) = Logits(torch.ScalarType.Float32);
        bool byTeacher = InfiniteByTeacher.ContainsKey(name);
        Tensor With(Tensor logits) => RuledOutClassTests.With(logits, Classes - 1, double.NegativeInfinity);
        RowLoss loss = (byTeacher ? InfiniteByTeacher : InfiniteByStudent)[name](1);
        DistillationContext context = Some.Context(byTeacher ? student : With(student), byTeacher ? With(teacher) : teacher, labels);

        loss.Compute(context).item<float>().Should().Be(float.PositiveInfinity);
        using var noGradient = torch.no_grad();
        loss.ClosedForm!.Compute(context).Value.item<float>().Should().Be(float.PositiveInfinity);
        LossSum.Of(loss).ClosedForm!.Compute(context).Value.item<float>().Should().Be(float.PositiveInfinity, "small logits are measured otherwise");
    }

    [Fact]
    public void Label_or_a_smoothed_target_that_the_student_rules_out_costs_infinitely_much()
    {
        (Tensor student, Tensor teacher, _) = Logits(torch.ScalarType.Float64);
        DistillationContext context = Some.Context(With(student, 0, double.NegativeInfinity), teacher, torch.tensor([0L, 1, 2, 3, 1, 2]));

        foreach (IDistillationLoss loss in new IDistillationLoss[]
        {
            new HardLabelLoss(),
            new HardLabelLoss { LabelSmoothing = 0.1 },
            new HardLabelLoss { LabelSmoothing = 1 },
            new TeacherFreeLoss(),
            new TeacherFreeLoss(0, 1),
        })
        {
            loss.Compute(context).item<double>().Should().Be(double.PositiveInfinity);
        }
    }

    [Fact]
    public void Two_classes_of_which_one_is_ruled_out_agree_whatever_the_other_logit_is()
    {
        Tensor student = torch.tensor(new[,] { { 1.0, double.NegativeInfinity }, { double.NegativeInfinity, 3 } }).requires_grad_();
        Tensor teacher = torch.tensor(new[,] { { -2.0, double.NegativeInfinity }, { double.NegativeInfinity, 5 } });

        foreach (IDistillationLoss loss in new IDistillationLoss[] { new DecoupledLoss(), new NormalizedTargetLoss() })
        {
            Measured found = Measure(loss, student, teacher, torch.tensor([0L, 1]));

            found.Value.Should().Be(0);
            Close.Numbers(found.Gradient).Should().AllBeEquivalentTo(0.0);
        }
    }

    [Fact]
    public void Label_that_is_absent_may_be_ruled_out_by_the_student()
    {
        Tensor student = torch.tensor(new[,] { { 1.0, double.NegativeInfinity } });
        Tensor labels = torch.tensor(new[,] { { true, false } });

        Measured found = Measure(new BinaryLabelLoss(), student, null, labels);

        Close.ShouldBe(found.Value, Math.Log(1 + Math.Exp(-1)) / 2, 1e-12);
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(1)]
    [InlineData(4)]
    public void Channel_that_both_rule_out_everywhere_is_no_channel(double temperature)
    {
        Tensor student = LayerValue.Random(1, 2, 3, 2, 2);
        Tensor teacher = LayerValue.Random(2, 2, 3, 2, 2);
        Tensor Out(Tensor maps) => torch.cat([maps, torch.full([2, 1, 2, 2], double.NegativeInfinity, torch.ScalarType.Float64)], 1);
        var loss = new ChannelwiseLoss(temperature);

        Measured found = Measure(loss, Out(student), Out(teacher), null);

        Measured expected = Measure(loss, student, teacher, null);
        ShouldBe(found, expected, torch.ScalarType.Float64, gradient => gradient.narrow(1, 0, 3));
    }

    private static TheoryData<string, double, torch.ScalarType> Cases(IEnumerable<string> names)
    {
        var data = new TheoryData<string, double, torch.ScalarType>();
        foreach (string name in names)
        {
            foreach (double temperature in (double[])[0.05, 1, 4])
            {
                foreach (torch.ScalarType dtype
                    in (torch.ScalarType[])[torch.ScalarType.Float64, torch.ScalarType.Float32, torch.ScalarType.BFloat16, torch.ScalarType.Float16])
                {
                    data.Add(name, temperature, dtype);
                }
            }
        }

        return data;
    }

    private static IDistillationLoss Weighted(string name, double temperature, long place) => name == "weighted labels"
        ? new HardLabelLoss { ClassWeights = [.. ((HardLabelLoss)All[name](temperature)).ClassWeights!.Where((_, i) => i != place)] }
        : All[name](temperature);

    // Numbers that every type holds exactly, so that all types have the same question.
    private static (Tensor Student, Tensor Teacher, Tensor Labels) Logits(torch.ScalarType dtype)
    {
        Tensor Of(int seed) => (Some.Inputs(6, Classes, seed, torch.ScalarType.Float64) * 16).round().div(16).to(dtype);
        return (Of(3), Of(4), torch.tensor([0L, 1, 2, 3, 1, 2]));
    }

    private static Tensor With(Tensor logits, long place, double logit)
    {
        Tensor changed = logits.detach().clone();
        changed.select(1, place).fill_(logit);
        return changed;
    }

    private static void ShouldBe(Measured found, Measured expected, torch.ScalarType dtype, Func<Tensor, Tensor> choose)
    {
        double relative = dtype switch { torch.ScalarType.Float64 => 1e-7, torch.ScalarType.Float32 => 2e-3, torch.ScalarType.Float16 => 3e-3, _ => 2e-2 };
        Close.ShouldBe(found.Value, expected.Value, relative);
        Close.ShouldBe(Close.Numbers(choose(found.Gradient)), Close.Numbers(expected.Gradient), relative);
        Close.Numbers(found.Gradient).Concat(found.Own).Should().AllSatisfy(number => double.IsFinite(number).Should().BeTrue());
        foreach ((double value, Tensor gradient) in found.Closed)
        {
            Close.ShouldBe(value, found.Value, relative);
            Close.ShouldBe(Close.Numbers(gradient), Close.Numbers(found.Gradient), relative);
        }
    }

    private static Measured Measure(IDistillationLoss loss, Tensor student, Tensor? teacher, Tensor? labels)
    {
        Tensor logits = student.detach().clone().requires_grad_();
        var context = new DistillationContext(
            new ModelOutput(logits),
            teacher is null ? null : LossZoo.Teacher(loss, teacher),
            new Batch(torch.zeros(student.size(0), 1), labels, torch.arange(student.size(0))),
            new(0, 0, 10, 5));
        loss.Prepare(context);
        Tensor value = loss.Compute(context);
        value.backward();
        double[] own = [.. (loss.Module?.parameters() ?? []).SelectMany(parameter => Close.Numbers(parameter.grad!))];
        using var noGradient = torch.no_grad();
        var closed = new List<(double, Tensor)>();
        foreach (IClosedFormGradient form in new[] { loss.ClosedForm, LossSum.Of(loss).ClosedForm }.OfType<IClosedFormGradient>())
        {
            LossGradient gradient = form.Compute(context);
            closed.Add((Close.Numbers(gradient.Value)[0], gradient.AtLogits));
        }

        return new(Close.Numbers(value)[0], logits.grad!, own, closed);
    }

    private sealed record Measured(double Value, Tensor Gradient, double[] Own, List<(double Value, Tensor Gradient)> Closed);
}
