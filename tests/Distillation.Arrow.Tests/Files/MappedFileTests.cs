namespace Distillation.Arrow.Tests.Files;

public sealed class MappedFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Reads_end_with_an_exception_when_another_thread_disposes_it()
    {
        const int Bytes = 1 << 20;
        File.WriteAllBytes(_path, [.. Enumerable.Repeat((byte)7, Bytes)]);
        for (int round = 0; round < 20; round++)
        {
            var file = new MappedFile(_path, Bytes);
            using var begun = new ManualResetEventSlim();
            Task reads = Task.Run(() =>
            {
                byte[] room = new byte[Bytes];
                while (true)
                {
                    file.Copy(0, room);
                    room.Should().OnlyContain(value => value == 7);
                    begun.Set();
                }
            });
            begun.Wait();

            file.Dispose();

            FluentActions.Invoking(reads.GetAwaiter().GetResult).Should().Throw<ObjectDisposedException>();
        }
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, -1)]
    [InlineData(0, 9)]
    [InlineData(8, 1)]
    [InlineData(long.MaxValue, 2)]
    [InlineData(1, long.MaxValue)]
    [InlineData(long.MinValue, long.MinValue)]
    public void Part_outside_of_the_file_is_refused(long from, long length)
    {
        File.WriteAllBytes(_path, new byte[8]);
        using var file = new MappedFile(_path, 8);

        FluentActions.Invoking(() => file.Part(from, length, "footer")).Should().Throw<InvalidDataException>().WithMessage("*footer*");
    }
}
