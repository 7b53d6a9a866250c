using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using OrleansLabeling;

namespace Distillation.Arrow.Tests.Samples;

/// <summary>A cluster of three processes that label images, of which one is killed.</summary>
public sealed class OrleansLabelingTests : IDisposable
{
    private const int Count = 6000;
    private const int Pixels = 784;
    private const int Blocks = 30;
    private const int Processes = 3;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("distillation-orleans-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Store_is_filled_with_the_bits_of_one_process_when_a_process_is_killed()
    {
        string images = Images(), store = Path.Combine(_directory.FullName, "cluster");
        int port = ClusterProcess.FreePorts();
        using ClusterProcess first = Start(0, store, images, port);
        await first.Until("is in the cluster");
        using ClusterProcess second = Start(1, store, images, port), third = Start(2, store, images, port);
        await third.Until("process 2 labels block");
        third.Kill();

        (int code, string output, string errors) = await first.End();

        code.Should().Be(0, errors);
        output.Should().Contain($"{Blocks} blocks (process 0: ").And.Contain($"{Count} of {Count} images")
            .And.MatchRegex(@"; [1-9]\d* times a block was given out again");
        string alone = Path.Combine(_directory.FullName, "alone");
        using (var labeler = new BlockLabeler(new(0, alone, images, Blocks, 1, port)))
        {
            for (int block = 0; block < Blocks; block++)
            {
                await labeler.Label(block);
            }
        }

        Logits(store).Should().Equal(Logits(alone));
    }

    [Fact]
    public async Task Arguments_that_are_wrong_are_named()
    {
        using var process = new ClusterProcess("--blocks", "0", "--images", "none.gz");

        (int code, _, string errors) = await process.End();

        code.Should().NotBe(0);
        errors.Should().Contain("--blocks must be 1 or more, but is 0").And.Contain("none.gz");
    }

    private static ClusterProcess Start(int number, string store, string images, int port) => new(
        [.. new object[] { "--number", number, "--store", store, "--images", images, "--blocks", Blocks, "--processes", Processes, "--port", port }
            .Select(argument => Convert.ToString(argument, CultureInfo.InvariantCulture)!)]);

    private static float[] Logits(string store)
    {
        using ArrowOutputStore outputs = ArrowOutputStore.OpenRead(store, fingerprint: null);
        using var scope = torch.NewDisposeScope();
        return outputs.Read(torch.arange(Count), FeatureSet.None).Logits.data<float>().ToArray();
    }

    // Noise in place of images.
    private string Images()
    {
        string path = Path.Combine(_directory.FullName, "images-idx3-ubyte.gz");
        byte[] bytes = new byte[16 + (Count * Pixels)];
        int[] header = [0x00000803, Count, 28, 28];
        for (int i = 0; i < header.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 * i), header[i]);
        }

        new Random(1).NextBytes(bytes.AsSpan(16));
        using var file = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        file.Write(bytes);
        return path;
    }
}
