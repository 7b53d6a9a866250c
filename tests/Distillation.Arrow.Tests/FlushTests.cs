using System.Diagnostics;
using System.Globalization;
using Distillation.Crash;

namespace Distillation.Arrow.Tests;

public sealed class FlushTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _scope.Dispose();
    }

    [Theory]
    [InlineData(10, 86_400, 90)]
    [InlineData(1_000_000, 0, 95)]
    public void Killed_writer_has_lost_no_more_than_what_came_after_the_last_flush(int rowsPerFlush, int seconds, int least)
    {
        const int Samples = 95;
        ProcessStartInfo start = new(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Distillation.Crash.dll"), "write", _folder.FullName, $"{Samples}", $"{rowsPerFlush}", $"{seconds}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        using Process child = Process.Start(start)!;
        string last = (Samples - 1).ToString(CultureInfo.InvariantCulture);
        while (child.StandardOutput.ReadLine() is { } line && line != last)
        {
        }

        child.Kill();
        child.WaitForExit();

        using ArrowOutputStore store = ArrowOutputStore.OpenRead(_folder.FullName, StoreCommand.Fingerprint);
        store.Filled.Should().Be(least);
    }

    [Theory]
    [InlineData(7, 14)]
    [InlineData(20, 20)]
    [InlineData(21, 0)]
    public void Outputs_are_on_disk_by_their_number(int rowsPerFlush, long expected)
    {
        using ArrowOutputStore store = ArrowOutputStore.Open(
            _folder.FullName, 100, "teacher", new() { RowsPerFlush = rowsPerFlush, FlushInterval = TimeSpan.MaxValue });

        store.Write([.. Enumerable.Range(0, 20)], new ulong[20], new(torch.randn(20, 3)));

        OnDisk().Should().Be(expected);
        store.Filled.Should().Be(20);
    }

    [Fact]
    public void Outputs_of_each_batch_are_on_disk_where_no_time_may_pass()
    {
        using ArrowOutputStore store = ArrowOutputStore.Open(_folder.FullName, 100, "teacher", new() { FlushInterval = TimeSpan.Zero });

        for (long sample = 0; sample < 3; sample++)
        {
            store.Write([sample], [0], new(torch.randn(1, 3)));
            OnDisk().Should().Be(sample + 1);
        }
    }

    [Fact]
    public void Flush_that_comes_never_is_refused() =>
        FluentActions.Invoking(() => new ArrowStoreOptions { FlushInterval = TimeSpan.FromSeconds(-1) }).Should().Throw<ArgumentOutOfRangeException>();

    private long OnDisk()
    {
        if (Directory.GetFiles(_folder.FullName).Length == 0)
        {
            return 0;
        }

        using ArrowOutputStore other = ArrowOutputStore.OpenRead(_folder.FullName, null);
        return other.Filled;
    }
}
