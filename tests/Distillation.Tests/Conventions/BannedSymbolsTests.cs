using System.Reflection;

namespace Distillation.Tests.Conventions;

/// <summary><c>src/BannedSymbols.txt</c> against the TorchSharp that is referenced: the analyzer ignores a symbol that it cannot find.</summary>
public sealed class BannedSymbolsTests
{
    private static readonly string[] Lines =
        [.. File.ReadLines(Path.Combine(Sources.Root, "src", "BannedSymbols.txt")).Where(line => line is not ("" or ['/', '/', ..]))];
    private static readonly HashSet<string> Banned = [.. Lines.Select(line => line[..line.IndexOf(';', StringComparison.Ordinal)])];

    [Fact]
    public void Every_member_that_leaves_a_number_unheld_is_banned() =>
        ScalarMakers.Visible.Where(member => !Banned.Contains(DocumentationId.Of(member)) && !HasBannedType(member))
            .Select(DocumentationId.Of).Should().BeEmpty();

    [Fact]
    public void Every_banned_symbol_exists()
    {
        IEnumerable<string> members = ScalarMakers.Visible.Select(DocumentationId.Of);
        IEnumerable<string> types = typeof(Scalar).Assembly.GetExportedTypes().Select(DocumentationId.Of);

        Banned.Should().BeSubsetOf(members.Concat(types));
    }

    [Fact]
    public void Every_banned_symbol_has_a_reason_and_comes_once() =>
        Lines.Should().HaveSameCount(Banned).And.AllSatisfy(line => line.Should().MatchRegex(";.{20,}"));

    private static bool HasBannedType(MethodBase member)
    {
        for (Type? type = member.DeclaringType; type is not null; type = type.DeclaringType)
        {
            if (Banned.Contains(DocumentationId.Of(type)))
            {
                return true;
            }
        }

        return false;
    }
}
