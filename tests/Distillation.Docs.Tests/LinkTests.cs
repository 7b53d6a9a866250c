namespace Distillation.Docs.Tests;

/// <summary>Links between pages lead to files and headings that exist.</summary>
public sealed class LinkTests
{
    public static TheoryData<string> AllPages => [.. Pages.All];

    [Theory]
    [MemberData(nameof(AllPages))]
    public void Links_of_a_page_resolve(string page) => PageLinks.Dead(page, Pages.Read(page)).Should().BeEmpty();

    [Fact]
    public void Link_that_leads_nowhere_is_reported_with_its_line()
    {
        const string page = """
            # A page with `code`, twice

            [here](#a-page-with-code-twice), [the code](losses-layers.md#layers), [a folder](samples), [elsewhere](https://example.org/none.md#none)

            ## Twice
            ## Twice

            [again](#twice-1), [not again](#twice-2), `[code](none.md)`
            [no page](none.md), [no heading](losses.md#none), [no whole address](https://github.com/distillation-net/distillation/blob/main/docs/none.md)
            """;

        PageLinks.Dead("docs/page.md", page).Should().Equal(
            "docs/page.md:8: #twice-2",
            "docs/page.md:9: none.md",
            "docs/page.md:9: losses.md#none",
            "docs/page.md:9: https://github.com/distillation-net/distillation/blob/main/docs/none.md");
    }
}
