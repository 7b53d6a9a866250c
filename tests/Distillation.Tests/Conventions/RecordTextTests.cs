using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Distillation.Evaluation;
using Distillation.SmallData;

namespace Distillation.Tests.Conventions;

/// <summary>What results print: few digits, and no names of types.</summary>
public sealed class RecordTextTests
{
    // Results, whose numbers are computed; options print what was written.
    private static readonly string[] Endings =
        ["Report", "Result", "Score", "Comparison", "Test", "Progress", "Diagnosis", "Change", "Sample", "Cost", "Ratio"];

    public static TheoryData<Type> Results =>
        [
            .. HouseRules.Packages.SelectMany(package => package.GetExportedTypes()).Where(type => type.GetMethod("<Clone>$") is not null
                && Endings.Any(ending => type.Name.EndsWith(ending, StringComparison.Ordinal))
                && type.GetProperties().Any(IsLong)),
        ];

    [Theory]
    [MemberData(nameof(Results))]
    public void Every_result_that_has_measured_numbers_or_lists_has_a_text_of_its_own(Type type) =>
        type.GetMethod(nameof(ToString), [])!.GetCustomAttribute<CompilerGeneratedAttribute>().Should().BeNull();

    [Theory]
    [MemberData(nameof(Results))]
    public void Every_result_describes_itself(Type type) => type.GetMethod("Describe", [])!.ReturnType.Should().Be<string>();

    [Fact]
    public void Texts_have_four_digits_in_every_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new("") { NumberFormat = { NumberDecimalSeparator = "," } };

            new AgreementReport
            {
                Task = "Classification",
                Samples = 3,
                Metrics = new Dictionary<string, double> { ["Agreement"] = 1.0 / 3, ["KullbackLeibler"] = 2e-7 / 3 },
            }.ToString().Should().Be("Agreement of 3 samples: Agreement 0.3333, KullbackLeibler 6.667E-08");
            new RecipeGain { Accuracy = 2.0 / 3, AccuracyInterval = new(0, 1), Likelihood = 0.1, LikelihoodInterval = new(0, 0.2) }.ToString().Should().Be(
                "RecipeGain { Accuracy = 0.6667, AccuracyInterval = 0 to +1, Likelihood = 0.1, LikelihoodInterval = 0 to +0.2 }");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Report_of_an_evaluation_names_no_type_of_a_list() =>
        Evaluator.Evaluate(Teacher.From(Some.Mlp()), Some.Data()).ToString().Should()
            .MatchRegex(
                @"^Classification of 20 samples: Accuracy 0?\.?\d{1,4}, NegativeLogLikelihood \d\.\d{1,3}, .*, MacroF1 0?\.?\d{1,4}$")
            .And.NotContain("System.");

    private static bool IsLong(PropertyInfo property) =>
        (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) == typeof(double)
        || (property.PropertyType != typeof(string) && typeof(IEnumerable).IsAssignableFrom(property.PropertyType));
}
