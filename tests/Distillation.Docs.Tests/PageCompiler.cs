using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Distillation.Docs.Tests;

/// <summary>Compiles the blocks of a page as the Program.cs of a console project.</summary>
/// <param name="references">The paths of the assemblies that the project references.</param>
internal sealed class PageCompiler(IEnumerable<string> references)
{
    private const string UnnecessaryUsing = "CS8019";

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.CSharp14, DocumentationMode.Parse);

    // The SDK suppresses two warnings on versions of references, unless a project has its own NoWarn.
    private static readonly CSharpCompilationOptions Compiling = new(
        OutputKind.ConsoleApplication,
        warningLevel: 9999,
        nullableContextOptions: NullableContextOptions.Enable,
        specificDiagnosticOptions: [new("CS1701", ReportDiagnostic.Suppress), new("CS1702", ReportDiagnostic.Suppress)]);

    // Those of the SDK for a console project.
    private static readonly SyntaxTree ImplicitUsings = CSharpSyntaxTree.ParseText(
        string.Concat(new[] { "", ".Collections.Generic", ".IO", ".Linq", ".Net.Http", ".Threading", ".Threading.Tasks" }
            .Select(name => $"global using System{name};\n")),
        Parsing,
        path: "ImplicitUsings.cs");

    private readonly MetadataReference[] _references = [.. references.Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>Returns the errors and warnings of the programs of a page by their lines, each with the page, its line, its id and the message.</summary>
    public IReadOnlyList<string> Check(string page, string markdown) =>
    [
        .. CodeBlock.Programs(markdown)
            .SelectMany(program => Compile(page, program))
            .Select(found => (Line: Line(found), Text: $"{found.Id}: {found.GetMessage(CultureInfo.InvariantCulture)}"))
            .OrderBy(found => found.Line)
            .Select(found => $"{page}:{found.Line}: {found.Text}"),
    ];

    private IEnumerable<Diagnostic> Compile(string page, IReadOnlyList<CodeBlock> program)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText(Arrange(page, program), Parsing, "Program.cs");
        return CSharpCompilation.Create("Page", [tree, ImplicitUsings], _references, Compiling).GetDiagnostics()
            .Where(found => found.Severity >= DiagnosticSeverity.Warning || (found.Id == UnnecessaryUsing && found.Location.SourceTree == tree));
    }

    // C# wants using directives first and types last.
    private static string Arrange(string page, IReadOnlyList<CodeBlock> program)
    {
        (StringBuilder usings, StringBuilder statements, StringBuilder types) = (new(), new(), new());
        foreach (CodeBlock block in program)
        {
            CompilationUnitSyntax unit = CSharpSyntaxTree.ParseText(block.Code, Parsing).GetCompilationUnitRoot();
            foreach (SyntaxNodeOrToken piece in unit.ChildNodesAndTokens())
            {
                StringBuilder part = piece.AsNode() switch
                {
                    UsingDirectiveSyntax => usings,
                    MemberDeclarationSyntax and not GlobalStatementSyntax => types,
                    _ => statements,
                };
                LinePosition start = unit.SyntaxTree.GetLineSpan(piece.FullSpan).StartLinePosition;
                part.Append("\n#line ").Append(block.Line + start.Line).Append(" \"").Append(page).Append("\"\n").Append(piece.ToFullString());
            }
        }

        return usings.Append(statements).Append(types).Append('\n').ToString();
    }

    // What is in no place, such as a reference that is missing, is in line 0.
    private static int Line(Diagnostic diagnostic)
    {
        FileLinePositionSpan place = diagnostic.Location.GetMappedLineSpan();
        return place.HasMappedPath ? place.StartLinePosition.Line + 1 : 0;
    }
}
