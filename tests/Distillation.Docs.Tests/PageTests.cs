using System.Reflection.PortableExecutable;

namespace Distillation.Docs.Tests;

/// <summary>
/// The C# blocks of a page, pasted one after the other into the Program.cs of an empty console project, compile without a warning. A reader has them as they
/// stand, with their using directives.
/// </summary>
public sealed class PageTests
{
    private static readonly PageCompiler Compiler = new(References());

    public static TheoryData<string> PagesWithCode => [.. Pages.OfUsers.Where(page => CodeBlock.In(Pages.Read(page)).Count > 0)];

    [Theory]
    [MemberData(nameof(PagesWithCode))]
    public void Page_compiles_as_it_is_pasted(string page) => Compiler.Check(page, Pages.Read(page)).Should().BeEmpty();

    [Fact]
    public void Error_is_reported_with_its_line_of_the_page()
    {
        const string page = """
            # A page

            ```csharp
            using Distillation;

            var options = new TrainerOptions { Epochs = 5 };
            ```

            Some text.

            ```csharp
            using System.Text;

            Console.WriteLine(options.Epoch);
            sealed class Empty;
            Console.WriteLine(other);
            }
            ```
            """;

        Compiler.Check("page.md", page).Should().SatisfyRespectively(
            unused => unused.Should().StartWith("page.md:12: CS8019"),
            member => member.Should().StartWith("page.md:14: CS1061").And.Contain("'Epoch'"),
            name => name.Should().StartWith("page.md:16: CS0103").And.Contain("'other'"),
            brace => brace.Should().StartWith("page.md:17: CS1022"));
    }

    [Fact]
    public void Comment_begins_a_program_of_its_own()
    {
        const string blocks = """
            ```csharp
            int count = 1;
            Console.WriteLine(count);
            ```

            ```csharp
            int count = 2;
            Console.WriteLine(count);
            ```
            """;

        Compiler.Check("page.md", blocks).Should().Contain(found => found.StartsWith("page.md:7: CS0128", StringComparison.Ordinal));
        Compiler.Check("page.md", blocks.Replace("\n```csharp\nint count = 2", "\n<!-- program -->\n```csharp\nint count = 2", StringComparison.Ordinal))
            .Should().BeEmpty();
    }

    // The assemblies beside this one are those that the packages bring.
    private static IEnumerable<string> References()
    {
        string own = Path.GetFileName(typeof(PageTests).Assembly.Location);
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        IEnumerable<string> packages = Directory.GetFiles(AppContext.BaseDirectory, "*.dll").Where(path => Path.GetFileName(path) != own);
        return packages.Concat(Directory.GetFiles(framework, "*.dll")).Where(IsManaged).DistinctBy(Path.GetFileName, StringComparer.OrdinalIgnoreCase);
    }

    private static bool IsManaged(string path)
    {
        using FileStream file = File.OpenRead(path);
        using var reader = new PEReader(file);
        return reader.HasMetadata;
    }
}
