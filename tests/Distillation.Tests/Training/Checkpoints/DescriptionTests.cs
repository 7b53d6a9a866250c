using System.Globalization;
using System.Reflection;
using Distillation.Checkpoints;
using Distillation.Losses;
using Distillation.Tests.Conventions;
using Distillation.Tests.Training.Trainers;
using Distillation.Training;

namespace Distillation.Tests.Checkpoints;

/// <summary>The words by which a run is told from another, over every type of the library that takes part.</summary>
public sealed class DescriptionTests
{
    // What changes no bit of a run, or belongs to a learner and is compared there.
    private static readonly string[] OptionsOfNoWeight =
        [
            nameof(TrainerOptions.Baseline),
            nameof(TrainerOptions.Checkpoints),
            nameof(TrainerOptions.Prefetch),
            nameof(TrainerOptions.Ranks),
            nameof(TrainerOptions.ReportEverySteps),
            nameof(TrainerOptions.Optimizer),
            nameof(TrainerOptions.Update),
        ];

    // Functions cannot be compared.
    private static readonly string[] Functions = ["boxes", "create", "Of"];

    public static TheoryData<Type> Described =>
    [
        .. HouseRules.Packages.SelectMany(package => package.GetTypes())
            .Where(type => typeof(ISelfDescribing).IsAssignableFrom(type)
                && type is { IsAbstract: false, IsNestedPrivate: false }
                && type != typeof(LossSum)
                && type.GetConstructors().Length > 0),
    ];

    [Theory]
    [MemberData(nameof(Described))]
    public void Every_setting_of_every_type_changes_it(Type type)
    {
        ConstructorInfo constructor = type.GetConstructors().MaxBy(one => one.GetParameters().Length)!;
        object?[][] choices = [.. constructor.GetParameters().Select(Choices)];
        object?[] first = FirstThatFit(constructor, choices);
        var described = (ISelfDescribing)constructor.Invoke(first);
        string description = Description.Of(described);
        described.Describe().Select(setting => setting.Name).Should().OnlyHaveUniqueItems().And.NotContain(string.Empty);

        for (int place = 0; place < first.Length; place++)
        {
            string name = constructor.GetParameters()[place].Name!;
            object[] others = [.. choices[place].Where(choice => !Equals(choice, first[place]))
                .Select(choice => Made(constructor, [.. first[..place], choice, .. first[(place + 1)..]]))
                .OfType<object>()];
            if (!Functions.Contains(name))
            {
                RequireOthers(others, description, name);
            }
        }

        foreach (PropertyInfo property in type.GetProperties().Where(one => one.SetMethod is { IsPublic: true } && !Functions.Contains(one.Name)))
        {
            object[] others = [.. Values(property.PropertyType).Select(value => Set(constructor.Invoke(first), property, value)).OfType<object>()];
            RequireOthers(others, description, property.Name);
        }
    }

    [Fact]
    public void Every_option_of_a_run_is_compared_but_those_that_change_no_bit() =>
        RunSettings.Compared(new()).Select(option => option.Name)
            .Should().BeEquivalentTo(typeof(TrainerOptions).GetProperties().Select(option => option.Name).Except(OptionsOfNoWeight));

    [Fact]
    public void Measures_of_a_kind_differ() =>
        typeof(RowMeasure).GetProperties(BindingFlags.Public | BindingFlags.Static).Select(measure => Description.Of(measure.GetValue(null)))
            .Should().OnlyHaveUniqueItems().And.HaveCountGreaterThan(1);

    [Fact]
    public void Terms_of_a_sum_count_with_their_weights()
    {
        string Of(double weight, double temperature) => Description.Of((weight * new SoftTargetLoss(temperature)) + (0.5 * new HardLabelLoss()));

        new[] { Of(0.5, 4), Of(0.25, 4), Of(0.5, 2) }.Should().OnlyHaveUniqueItems();
        Of(0.5, 4).Should().Be(Of(0.5, 4));
    }

    [Fact]
    public void Loss_of_a_user_takes_part_with_its_type_and_what_it_describes()
    {
        Description.Of(new Plain()).Should().StartWith("Plain {").And.NotBe(Description.Of(new Other()));
        Description.Of(new Telling(1)).Should().Contain("Margin = 1").And.NotBe(Description.Of(new Telling(2)));
    }

    [Fact]
    public void Numbers_are_the_same_words_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~" } };

            Description.Of(new HardLabelLoss { LabelSmoothing = 0.25, IgnoredLabel = -100 }).Should().Contain("IgnoredLabel = -100, LabelSmoothing = 0.25");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Layers_are_in_one_order_whatever_their_hashes()
    {
        Feature[] layers = [.. Enumerable.Range(0, 40).Select(i => (Feature)$"layer{i:D2}")];

        Description.Of(FeatureSet.Of(layers)).Should().Be(string.Join(", ", layers));
    }

    [Fact]
    public void Settings_that_contain_themselves_are_refused() =>
        FluentActions.Invoking(() => Description.Of(new Endless())).Should().Throw<InvalidOperationException>().WithMessage("*Endless*");

    // One of them may be what the default stands for.
    private static void RequireOthers(object[] others, string description, string name)
    {
        string[] words = [.. others.Select(Description.Of)];
        words.Should().OnlyHaveUniqueItems($"each value of {name} must have words of its own");
        words.Should().Contain(one => one != description, $"{name} must change the words, and the test must know another value of it");
    }

    private static object?[] Choices(ParameterInfo parameter)
    {
        object?[] values = [.. Values(parameter.ParameterType)];
        return parameter.HasDefaultValue ? [parameter.DefaultValue, .. values] : values;
    }

    // Each value where the values before it fit, so that two that exclude each other are not taken together.
    private static object?[] FirstThatFit(ConstructorInfo constructor, object?[][] choices)
    {
        IEnumerable<object?[]> all = choices.Aggregate(
            (IEnumerable<object?[]>)[[]], (some, next) => some.SelectMany(one => next.Select(value => (object?[])[.. one, value])));
        return all.First(one => Made(constructor, one) is not null);
    }

    private static object? Made(ConstructorInfo constructor, object?[] arguments)
    {
        try
        {
            return constructor.Invoke(arguments);
        }
        catch (TargetInvocationException refused) when (refused.InnerException is ArgumentException)
        {
            return null;
        }
    }

    private static object? Set(object made, PropertyInfo property, object? value)
    {
        try
        {
            if (Equals(property.GetValue(made), value))
            {
                return null;
            }

            property.SetValue(made, value);
            return made;
        }
        catch (TargetInvocationException refused) when (refused.InnerException is ArgumentException)
        {
            return null;
        }
    }

    private static IEnumerable<object?> Values(Type type) => Samples()
        .Where(value => (Nullable.GetUnderlyingType(type) ?? type).IsInstanceOfType(value))
        .Concat(type.IsEnum ? Enum.GetValues(type).Cast<object>() : []);

    private static object[] Samples() =>
    [
        0.25, 0.375, 0.125, 0.75, 1.5, 3.5, 2, 3, 2L, 3L, true, false, "a", "b",
        (Feature)"a", (Feature)"b", new LayerPair("a", "b"), new LayerPair("c", "d"), new LayerPair("a", "d"), new LayerPair("c", "b"),
        new LayerPair[] { new("a", "b"), new("c", "d") }, new LayerPair[] { new("a", "d"), new("c", "b") },
        new Feature[] { "a", "b" }, new Feature[] { "a", "c" },
        new torch.nn.Module<Tensor, Tensor>[] { torch.nn.ReLU(), torch.nn.Tanh() }, new torch.nn.Module<Tensor, Tensor>[] { torch.nn.Tanh(), torch.nn.Tanh() },
        new[] { "a" }, new[] { "b.*" },
        new ParameterGroup[] { new("a") { LearningRateFactor = 0.5 } }, new ParameterGroup[] { new("b") { LearningRateFactor = 0.5 } },
        new Schedule.Constant(1), new Schedule.Constant(0.5), new Schedule.Linear(0.5, 1),
        new SoftTargetLoss(1), new SoftTargetLoss(2), new LinearConnector(), new LinearConnector { Bias = false }, new MlpConnector(),
        RowMeasure.TeacherConfidence, RowMeasure.TeacherEntropy,
        new[] { 0.5, 1 }, new[] { 0.5, 2 }, new[] { -0.5 }, new[] { -1.0 },
        new[] { 0L, 1L }, new[] { 1L, 0L }, new[] { 2L, 3L }, new[] { 3L, 2L }, new[] { 1, 2 }, new[] { 1, 3 },
        Metric.Accuracy, Metric.BrierScore, torch.nn.ReLU(), torch.nn.Tanh(),
        (IReadOnlyList<IReadOnlyList<double>>)[[0, 1], [1, 0]], (IReadOnlyList<IReadOnlyList<double>>)[[0, 2], [2, 0]],
        TeacherCorrection.ProbabilityShift, TeacherCorrection.LabelSmoothing(), TeacherCorrection.LabelSmoothing(0.2), TeacherCorrection.Minifinetuning(),
        new Shift(), new Still(),
        (Func<Batch, Tensor>)(batch => batch.Inputs),
        (Func<EvaluationReport, double>)(report => report.Accuracy),
        (Func<IReadOnlyList<(string Name, Parameter Parameter)>, torch.optim.Optimizer>)(_ => throw new NotSupportedException()),
    ];

    private class Plain : IDistillationLoss
    {
        public Tensor Compute(DistillationContext context) => context.Student.Logits.sum();
    }

    private sealed class Other : Plain;

    private sealed class Telling(double margin) : Plain, ISelfDescribing
    {
        public IEnumerable<(string Name, object? Value)> Describe() => [("Margin", margin)];
    }

    private sealed class Still : ISampleTransform
    {
        public Tensor Transform(Tensor inputs, Tensor indices, int seed) => inputs;
    }

    private sealed class Endless : ISelfDescribing
    {
        public IEnumerable<(string Name, object? Value)> Describe() => [("Itself", this)];
    }
}
