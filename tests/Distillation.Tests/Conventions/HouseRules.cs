using System.Reflection;
using System.Text.RegularExpressions;
using Distillation.Losses;
using Distillation.Models;
using Distillation.SmallData;
using Distillation.Testing;

namespace Distillation.Tests.Conventions;

/// <summary>Rules of the house that no compiler checks.</summary>
public sealed partial class HouseRules
{
    /// <summary>The packages that the tests of this project see: the core and that of small data.</summary>
    internal static readonly Assembly[] Packages = [typeof(Teacher).Assembly, typeof(ISampleGenerator).Assembly, typeof(LossCheck).Assembly];

    [Fact]
    public void No_file_is_longer_than_300_lines() =>
        Sources.In("src", "tests", "benchmarks", "docs").Where(path => File.ReadLines(path).Count() > 300).Select(Path.GetFileName).Should().BeEmpty();

    [Fact]
    public void No_line_is_longer_than_160_characters() =>
        Sources.In("src", "tests", "benchmarks", "docs").SelectMany(path => File.ReadLines(path).Index().Where(line => line.Item.Length > 160)
            .Select(line => $"{Path.GetFileName(path)}:{line.Index + 1}")).Should().BeEmpty();

    [Fact]
    public void No_assignment_is_a_tuple_of_more_than_three() =>
        Sources.In("src", "tests", "benchmarks", "docs").SelectMany(path => File.ReadLines(path).Index().Where(line => LongTuple().IsMatch(line.Item))
            .Select(line => $"{Path.GetFileName(path)}:{line.Index + 1}")).Should().BeEmpty();

    // A check whose value is another check would name that call in its message.
    [Fact]
    public void Check_of_a_checked_value_names_the_value() =>
        Sources.In("src").SelectMany(path => NestedCheck().Matches(File.ReadAllText(path)).Select(match => $"{Path.GetFileName(path)}: {match.Value}"))
            .Should().BeEmpty();

    [Fact]
    public void Trainer_fits_on_two_screens() =>
        File.ReadLines(Path.Combine(Sources.Root, "src", "Distillation", "DistillationTrainer.cs")).Count().Should().BeLessThan(200);

    [Fact]
    public void Public_types_are_in_the_namespaces_of_the_house() =>
        typeof(Teacher).Assembly.GetExportedTypes().Select(type => type.Namespace).Distinct().Should().BeSubsetOf(
            [
                "Distillation", "Distillation.Losses", "Distillation.Training", "Distillation.Models", "Distillation.Data", "Distillation.Evaluation",
                "Distillation.Caching", "Distillation.Serialization",
            ]);

    [Fact]
    public void Names_of_the_root_namespace_do_not_collide_with_layers_of_TorchSharp() =>
        Packages.SelectMany(package => package.GetExportedTypes())
            .Where(type => type is { Namespace: "Distillation", IsNested: false })
            .Select(type => type.Name)
            .Should().NotIntersectWith(
            typeof(TorchSharp.Modules.Linear).Assembly.GetExportedTypes().Where(type => type.Namespace == "TorchSharp.Modules").Select(type => type.Name));

    [Fact]
    public void Public_classes_are_sealed_abstract_or_made_to_derive_from() =>
        Packages.SelectMany(package => package.GetExportedTypes()).Where(type => type.IsClass && !type.IsSealed && !type.IsAbstract)
            .Should().BeEquivalentTo([typeof(Batch), typeof(MaskedBatch)]);

    [Theory]
    [InlineData(typeof(ISampleGenerator), "how-to/generated-samples.md")]
    [InlineData(typeof(ITeacherFitter), "small-data.md")]
    public void Every_one_of_a_kind_is_in_the_list(Type kind, string page)
    {
        string text = File.ReadAllText(Path.Combine(Sources.Root, "docs", page));

        Classes(kind).Should().NotBeEmpty().And.AllSatisfy(type => text.Should().MatchRegex($"`{type.Name}[`(]"));
    }

    [Theory]
    [InlineData(typeof(IDistillationLoss))]
    [InlineData(typeof(Connector))]
    public void Every_loss_and_connector_has_one_row_in_the_pages_of_losses(Type kind)
    {
        string[] lines = [.. Directory.GetFiles(Path.Combine(Sources.Root, "docs"), "losses*.md").SelectMany(File.ReadLines)];

        Classes(kind).Should().NotBeEmpty()
            .And.AllSatisfy(type => lines.Where(line => line.StartsWith($"| `{type.Name}` |", StringComparison.Ordinal)).Should().ContainSingle());
    }

    [Fact]
    public void Every_event_id_is_in_the_list_and_none_comes_twice()
    {
        string page = File.ReadAllText(Path.Combine(Sources.Root, "docs", "training.md"));
        string log = File.ReadAllText(Path.Combine(Sources.Root, "src", "Distillation", "Diagnostics", "Log.cs"));
        string[] ids = [.. EventId().Matches(log).Select(match => match.Groups[1].Value)];

        ids.Should().OnlyHaveUniqueItems().And.NotBeEmpty();
        ids.Should().AllSatisfy(id => page.Should().Contain($"| {id} |"));
    }

    [Fact]
    public void Wrappers_forward_every_member()
    {
        string[] own = [.. typeof(DelegatingTeacher).GetMethods(BindingFlags.Public | BindingFlags.Instance).Select(method => method.Name)];

        typeof(ITeacher).GetMethods().Where(method => !method.IsPrivate).Select(method => method.Name).Should().BeSubsetOf(own);
    }

    [Fact]
    public void Views_of_data_have_lengths_of_their_own()
    {
        IEnumerable<Type> views = Packages.SelectMany(package => package.GetTypes())
            .Where(type => type.IsClass && typeof(IDataSource).IsAssignableFrom(type))
            .Where(type => type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
                .Any(constructor => constructor.GetParameters().Any(parameter => parameter.ParameterType == typeof(IDataSource))));

        views.Should().HaveCountGreaterThan(3)
            .And.OnlyContain(type => type.GetProperty(nameof(IDataSource.Lengths)) != null, "the default has none, whatever the data has");
    }

    private static IEnumerable<Type> Classes(Type kind) =>
        kind.Assembly.GetExportedTypes().Where(type => type is { IsClass: true, IsAbstract: false } && kind.IsAssignableFrom(type));

    [GeneratedRegex(@"Require\.\w+\(Require\.\w+\([^()]*\)(, [\d.]+)*\)")]
    private static partial Regex NestedCheck();

    [GeneratedRegex(@"^\s+\((\w+, ){3,}\w+\) =($|[^>])")]
    private static partial Regex LongTuple();

    [GeneratedRegex(@"LoggerMessage\((\d+)")]
    private static partial Regex EventId();
}
