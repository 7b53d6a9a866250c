namespace Distillation.Arrow.Tests;

public sealed class ManyWritersTests : IDisposable
{
    private const int Writers = 4;
    private const int Each = 60;

    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _scope.Dispose();
    }

    [Fact]
    public void Threads_with_a_store_each_fill_one_directory()
    {
        using var barrier = new Barrier(Writers);
        var errors = new List<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, Writers).Select(writer => new Thread(() => Fill(writer, barrier, errors)))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        errors.Should().BeEmpty();
        using ArrowOutputStore store = ArrowOutputStore.OpenRead(_folder, "teacher");
        store.Verify();
        store.Filled.Should().Be(Writers * Each);
        store.Read(torch.arange(Writers * Each, torch.ScalarType.Int64), FeatureSet.None).Logits.data<float>().ToArray()
            .Should().Equal(Enumerable.Range(0, Writers * Each).SelectMany(sample => new float[] { sample, -sample }));
        Directory.GetFiles(_folder, "*.draft").Should().BeEmpty();
    }

    private void Fill(int writer, Barrier barrier, List<Exception> errors)
    {
        try
        {
            using ArrowOutputStore store = ArrowOutputStore.Open(_folder, Writers * Each, "teacher");
            barrier.SignalAndWait();
            for (int i = 0; i < Each; i++)
            {
                using var scope = torch.NewDisposeScope();
                int sample = (i * Writers) + writer;
                store.Write([sample], [0], new(torch.tensor(new float[,] { { sample, -sample } })));
                if (i % 5 == 4)
                {
                    store.Flush();
                    store.Refresh();
                }
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            lock (errors)
            {
                errors.Add(exception);
            }
        }
    }
}
