using Distillation.Tests.Conventions;

namespace Distillation.Docs.Tests;

/// <summary>A reader of any readme finds every package.</summary>
public sealed class PackageListTests
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
}
