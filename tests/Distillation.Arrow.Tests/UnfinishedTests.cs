namespace Distillation.Arrow.Tests;

public sealed class UnfinishedTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _scope.Dispose();
    }

    [Fact]
    public void Drafts_and_shards_without_description_are_removed_and_nothing_else()
    {
        Fill();
        string[] whole = [.. Names(), "notes.draft"];
        foreach (string name in new[] { "notes.draft", "part-1.arrow", "part-1.arrow.ab.draft", "part-1.json.cd.draft", "manifest.json.ef.draft" })
        {
            File.WriteAllText(Path.Combine(_folder, name), string.Empty);
        }

        using ArrowOutputStore store = ArrowOutputStore.Open(_folder, 2, "teacher");
        store.RemoveUnfinished();

        Names().Should().BeEquivalentTo(whole);
        store.Verify();
    }

    [Fact]
    public void Store_opened_for_reading_removes_nothing()
    {
        Fill();
        using ArrowOutputStore store = ArrowOutputStore.OpenRead(_folder, null);

        FluentActions.Invoking(store.RemoveUnfinished).Should().Throw<InvalidOperationException>().WithMessage("*for reading*");
    }

    [Fact]
    public void Number_after_the_largest_is_not_given()
    {
        using ArrowOutputStore store = ArrowOutputStore.Open(_folder, 2, "teacher");
        File.WriteAllText(Path.Combine(_folder, "part-999999999999999999.arrow"), string.Empty);
        store.Write([0], [0], new(torch.zeros(1, 2)));

        FluentActions.Invoking(store.Flush).Should().Throw<InvalidDataException>().WithMessage("*999999999999999999*");

        File.Delete(Path.Combine(_folder, "part-999999999999999999.arrow"));
    }

    private void Fill()
    {
        using ArrowOutputStore store = ArrowOutputStore.Open(_folder, 2, "teacher");
        store.Write([0, 1], [0, 0], new(torch.zeros(2, 2)));
    }

    private string[] Names() => [.. Directory.GetFiles(_folder).Select(path => Path.GetFileName(path))];
}
