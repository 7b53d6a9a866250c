using System.Reflection;
using System.Text.RegularExpressions;
using Distillation.Generation;
using Distillation.Losses;
using Distillation.Teachers;

namespace Distillation.Tests.Conventions;

/// <summary>Rules of the house that no compiler checks.</summary>
public sealed partial class HouseRules
{
    private static readonly string Root = FindRoot(AppContext.BaseDirectory);

    internal static string[] Sources => [.. Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories).Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))];

    [Fact]
    public void No_file_is_longer_than_300_lines() =>
        Sources.Where(path => File.ReadLines(path).Count() > 300).Select(Path.GetFileName).Should().BeEmpty();

    [Fact]
    public void The_trainer_fits_on_two_screens() =>
        File.ReadLines(Path.Combine(Root, "src", "Distillation", "DistillationTrainer.cs")).Count().Should().BeLessThan(200);

    [Fact]
    public void Public_types_are_in_the_namespaces_of_the_house() =>
        typeof(Teacher).Assembly.GetExportedTypes().Select(type => type.Namespace).Distinct().Should().BeSubsetOf(
            ["Distillation", "Distillation.Losses", "Distillation.Training", "Distillation.Teachers", "Distillation.Data", "Distillation.Generation", "Distillation.Evaluation", "Distillation.Caching", "Distillation.Serialization"]);

    [Fact]
    public void Public_classes_are_sealed_abstract_or_made_to_derive_from() =>
        typeof(Teacher).Assembly.GetExportedTypes().Where(type => type.IsClass && !type.IsSealed && !type.IsAbstract).Should().BeEquivalentTo([typeof(Batch), typeof(MaskedBatch)]);

    [Theory]
    [InlineData(typeof(IDistillationLoss), "losses.md")]
    [InlineData(typeof(Connector), "losses.md")]
    [InlineData(typeof(ISampleGenerator), "small-data.md")]
    [InlineData(typeof(ITeacherFitter), "small-data.md")]
    public void Every_one_of_a_kind_is_in_the_list(Type kind, string page)
    {
        string text = File.ReadAllText(Path.Combine(Root, "docs", page));

        typeof(Teacher).Assembly.GetExportedTypes().Where(type => type is { IsClass: true, IsAbstract: false } && kind.IsAssignableFrom(type))
            .Should().NotBeEmpty().And.AllSatisfy(type => text.Should().MatchRegex($"`{type.Name}[`(]"));
    }

    [Fact]
    public void Every_event_id_is_in_the_list_and_none_comes_twice()
    {
        string page = File.ReadAllText(Path.Combine(Root, "docs", "training.md"));
        string log = File.ReadAllText(Path.Combine(Root, "src", "Distillation", "Diagnostics", "Log.cs"));
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
    public void Folders_do_not_depend_on_each_other_in_a_circle()
    {
        // Who may know whom, from the bottom up; the face at the root knows all, and all know it.
        string[] order = ["Serialization", "Optimization", "Losses", "Teachers", "Caching", "Students", "Data", "Evaluation", "Diagnostics", "Checkpoints", "Training", "Generation"];
        foreach (string path in Sources)
        {
            string folder = Path.GetRelativePath(Path.Combine(Root, "src", "Distillation"), path).Split(Path.DirectorySeparatorChar)[0];
            int level = Array.IndexOf(order, folder);
            if (level >= 0)
            {
                IEnumerable<string> used = UsedFolder().Matches(File.ReadAllText(path)).Select(match => match.Groups[1].Value);
                used.Where(other => Array.IndexOf(order, other) > level).Should().BeEmpty($"{folder} stands below them");
            }
        }
    }

    private static string FindRoot(string folder) => File.Exists(Path.Combine(folder, "Distillation.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder)!);

    [GeneratedRegex(@"LoggerMessage\((\d+)")]
    private static partial Regex EventId();

    [GeneratedRegex(@"^using Distillation\.(\w+);", RegexOptions.Multiline)]
    private static partial Regex UsedFolder();
}
