using System.Buffers.Binary;
using System.IO.Compression;
using Distillation.Data;

namespace Distillation.Tests.Data;

public sealed class ImageFileTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose()
    {
        _scope.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Batches_are_those_of_the_loaded_file()
    {
        (string images, string labels) = Write();
        using TensorData loaded = ImageData.FromIdx(images, labels);
        using ImageFile opened = ImageData.OpenIdx(images, labels);
        Tensor indices = torch.tensor(new long[] { 4, 0, 4, 2 });

        Batch batch = opened.Read(indices);

        opened.Count.Should().Be(5);
        batch.Inputs.shape.Should().Equal(4, 1, 3, 2);
        Close.Numbers(batch.Inputs).Should().Equal(Close.Numbers(loaded.Read(indices).Inputs));
        batch.Labels!.data<long>().ToArray().Should().Equal(loaded.Read(indices).Labels!.data<long>().ToArray());
        batch.Indices.data<long>().ToArray().Should().Equal(4, 0, 4, 2);
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(5L)]
    public void Number_that_is_not_there_is_refused(long number)
    {
        (string images, string labels) = Write();
        using ImageFile opened = ImageData.OpenIdx(images, labels);

        Action read = () => opened.Read(torch.tensor(new[] { number }));

        read.Should().Throw<ArgumentException>().WithMessage($"*?0, 4?*{number}*");
    }

    [Theory]
    [InlineData(-1, "must have 46 bytes for its shape [5, 3, 2], but has 45.")]
    [InlineData(1, "must have 46 bytes for its shape [5, 3, 2], but has 47.")]
    public void File_of_another_length_than_that_of_its_header_is_refused(int change, string message)
    {
        (string images, string labels) = Write();
        using (FileStream file = File.OpenWrite(images))
        {
            file.SetLength(file.Length + change);
        }

        Refused(images, labels).Should().Contain(message);
    }

    [Fact]
    public void Packed_file_is_refused()
    {
        (string images, string labels) = Write();
        byte[] bytes = File.ReadAllBytes(images);
        using (var gzip = new GZipStream(File.Create(images), CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        Refused(images, labels).Should().Contain("packed with gzip");
    }

    [Fact]
    public void Labels_instead_of_images_are_refused()
    {
        (_, string labels) = Write();

        Refused(labels, labels).Should().Contain("must be [N, H, W] of uint8, but is [5] Byte");
    }

    [Fact]
    public void Labels_of_other_images_are_refused()
    {
        (string images, _) = Write();
        string labels = Idx("fewer", [4], [0, 1, 2, 0]);

        Refused(images, labels).Should().Contain("5 images, and there are 4 labels");
    }

    [Fact]
    public void File_that_became_shorter_is_noticed_when_it_is_read()
    {
        (string images, string labels) = Write();
        using ImageFile opened = ImageData.OpenIdx(images, labels);
        using (var file = new FileStream(images, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(20);
        }

        Action read = () => opened.Read(torch.tensor(new long[] { 4 }));

        read.Should().Throw<EndOfStreamException>().WithMessage("*shorter*");
    }

    [Fact]
    public void Closed_file_is_refused()
    {
        (string images, string labels) = Write();
        ImageFile opened = ImageData.OpenIdx(images, labels);
        opened.Dispose();

        Action read = () => opened.Read(torch.tensor(new long[] { 0 }));

        read.Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void No_tensor_is_left_by_reading_or_by_a_refusal()
    {
        (string images, string labels) = Write();

        Leak.None(() =>
        {
            using var scope = torch.NewDisposeScope();
            using ImageFile opened = ImageData.OpenIdx(images, labels);
            opened.Read(torch.tensor(new long[] { 3, 1 }));
            Refused(labels, labels);
        });
    }

    private static string Refused(string images, string labels)
    {
        Action open = () => ImageData.OpenIdx(images, labels).Dispose();
        return open.Should().Throw<InvalidDataException>().Which.Message;
    }

    private (string Images, string Labels) Write() =>
        (Idx("images", [5, 3, 2], [.. Enumerable.Range(0, 30).Select(i => (byte)(i * 8))]), Idx("labels", [5], [0, 1, 2, 0, 1]));

    private string Idx(string name, int[] sizes, byte[] values)
    {
        byte[] header = new byte[4 + (4 * sizes.Length)];
        (header[2], header[3]) = (0x08, (byte)sizes.Length);
        for (int i = 0; i < sizes.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + (4 * i)), sizes[i]);
        }

        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, [.. header, .. values]);
        return path;
    }
}
