using System.Text.RegularExpressions;
using Distillation.Tests.Conventions;

namespace Distillation.Docs.Tests;

/// <summary>A reader of any readme finds every package.</summary>
public sealed partial class PackageListTests
{
    public static TheoryData<string> Readmes => [.. Pages.OfUsers.Where(page => page.EndsWith("/package-readme.md", StringComparison.Ordinal))];

    private static string[] Packages { get; } = [.. Directory.GetDirectories(Path.Combine(Sources.Root, "src")).Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Readmes))]
    public void Readme_of_a_package_lists_all_of_them(string page) =>
        Packages.Should().NotBeEmpty()
            .And.AllSatisfy(package => Pages.Read(page).Should().Contain($"| [{package}](https://www.nuget.org/packages/{package}) |"));

    [Fact]
    public void Readme_of_the_repository_lists_all_packages() =>
        Packages.Should().NotBeEmpty().And.AllSatisfy(package => Pages.Read("README.md").Should().Contain($"`{package}`"));

    [Theory]
    [InlineData("console/DistillationApp.csproj")]
    [InlineData("loss/DistillationLoss.csproj")]
    public void Template_references_the_versions_that_the_library_is_tested_with(string project)
    {
        string central = Pages.Read("Directory.Packages.props");

        Reference().Matches(Pages.Read($"src/Distillation.Templates/templates/{project}")).Where(one => one.Groups["version"].Value != "DISTILLATION_VERSION")
            .Should().NotBeEmpty()
            .And.AllSatisfy(one => central.Should().Contain($"<PackageVersion Include=\"{one.Groups["name"]}\" Version=\"{one.Groups["version"]}\" />"));
    }

    [GeneratedRegex("<PackageReference Include=\"(?<name>[^\"]+)\" Version=\"(?<version>[^\"]+)\"")]
    private static partial Regex Reference();
}
