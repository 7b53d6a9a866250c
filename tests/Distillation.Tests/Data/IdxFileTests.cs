using System.Buffers.Binary;
using System.IO.Compression;
using CsCheck;
using Distillation.Data;

namespace Distillation.Tests.Data;

public sealed class IdxFileTests
{
    private static readonly byte[] Small = Idx(0x08, [2, 3], [1, 2, 3, 4, 5, 6]);

    [Fact]
    public void Bytes_are_read_in_their_shape()
    {
        using Tensor tensor = IdxFile.Read(new MemoryStream(Small), "small");

        tensor.shape.Should().Equal(2, 3);
        tensor.data<byte>().ToArray().Should().Equal(1, 2, 3, 4, 5, 6);
    }

    [Fact]
    public void Packed_bytes_are_unpacked()
    {
        using Tensor tensor = IdxFile.Read(new MemoryStream(Packed(Small)), "packed");

        tensor.data<byte>().ToArray().Should().Equal(1, 2, 3, 4, 5, 6);
    }

    [Fact]
    public void Every_type_comes_back_as_it_was_written() =>
        Gen.Select(Gen.Short.Array[1, 9], Gen.Int.Array[1, 9], Gen.Float.Array[1, 9], Gen.Double.Array[1, 9], Gen.SByte.Array[1, 9])
            .ForAll((shorts, ints, floats, doubles, sbytes) =>
            {
                using var scope = torch.NewDisposeScope();
                Read(0x0B, shorts, BinaryPrimitives.WriteInt16BigEndian).data<short>().ToArray().Should().Equal(shorts);
                Read(0x0C, ints, BinaryPrimitives.WriteInt32BigEndian).data<int>().ToArray().Should().Equal(ints);
                Read(0x0D, floats, BinaryPrimitives.WriteSingleBigEndian).data<float>().ToArray().Should().Equal(floats);
                Read(0x0E, doubles, BinaryPrimitives.WriteDoubleBigEndian).data<double>().ToArray().Should().Equal(doubles);
                IdxFile.Read(new MemoryStream(Idx(0x09, [sbytes.Length], [.. sbytes.Select(value => (byte)value)])), "i8").data<sbyte>().ToArray()
                    .Should().Equal(sbytes);
            });

    [Fact]
    public void File_cut_anywhere_is_refused()
    {
        for (int length = 0; length < Small.Length; length++)
        {
            Refused(Small[..length]).Should().Contain("'it'").And.Contain("truncated");
        }
    }

    [Fact]
    public void Packed_file_cut_anywhere_is_refused_or_whole()
    {
        byte[] packed = Packed(Small);
        for (int length = 0; length < packed.Length; length++)
        {
            try
            {
                using Tensor tensor = IdxFile.Read(new MemoryStream(packed[..length]), "it");
                tensor.data<byte>().ToArray().Should().Equal([1, 2, 3, 4, 5, 6], "what is missing is the checksum alone");
            }
            catch (InvalidDataException exception)
            {
                exception.Message.Should().Contain("'it'");
            }
        }
    }

    [Fact]
    public void File_that_is_too_long_is_refused() => Refused([.. Small, 7]).Should().Contain("longer than its shape [2, 3]");

    [Fact]
    public void Another_format_is_refused() => Refused("PNG is not IDX"u8.ToArray()).Should().Contain("no IDX file").And.Contain("80, 78, 71, 32");

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData(0u)]
    public void Sizes_that_cannot_be_are_refused(uint size)
    {
        byte[] lying = [.. Small];
        BinaryPrimitives.WriteUInt32BigEndian(lying.AsSpan(4), size);
        BinaryPrimitives.WriteUInt32BigEndian(lying.AsSpan(8), size);

        Refused(lying).Should().Contain($"[{size}, {size}]");
    }

    [Fact]
    public void Sizes_whose_product_no_integer_holds_are_refused()
    {
        for (int dimensions = 2; dimensions <= 8; dimensions++)
        {
            // Of 2^32 - 2^31 and 2^31 and the like, products wrap to 0 or to small numbers.
            foreach (uint size in new[] { 0x8000_0000, 0xffff_ffff, 0x1_0000u })
            {
                byte[] lying = Idx(0x08, [.. Enumerable.Repeat(unchecked((int)size), dimensions)], [1]);
                Refused(lying).Should().Match(message =>
                    message.Contains("which is", StringComparison.Ordinal) || message.Contains("truncated", StringComparison.Ordinal));
            }
        }

        Refused(Idx(0x0E, [.. Enumerable.Repeat(unchecked((int)0x8000_0000), 8)], [])).Should().Contain("which is 3618502788");
    }

    [Fact]
    public void Of_a_stream_without_end_no_more_is_read_than_its_header_has()
    {
        byte[] header = Idx(0x08, [2], []);

        Action zeros = () => IdxFile.Read(new Endless([]), "zeros");
        Action values = () => IdxFile.Read(new Endless(header), "values");
        Action packed = () => IdxFile.Read(new Endless([0x1f, 0x8b]), "packed");

        zeros.Should().Throw<InvalidDataException>().WithMessage("'zeros' is no IDX file*");
        values.Should().Throw<InvalidDataException>().WithMessage("'values' is longer than its shape*");
        packed.Should().Throw<InvalidDataException>().WithMessage("'packed' cannot be unpacked*");
    }

    [Fact]
    public void Packed_stream_that_gives_a_byte_at_a_time_is_read()
    {
        using Tensor tensor = IdxFile.Read(new Dripping(Packed(Small)), "drops");

        tensor.data<byte>().ToArray().Should().Equal(1, 2, 3, 4, 5, 6);
    }

    [Fact]
    public void Pointer_of_git_lfs_is_named() =>
        Refused("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"u8.ToArray()).Should().Contain("pointer of Git LFS");

    [Fact]
    public void Sizes_that_lie_reserve_no_memory_for_what_is_not_there()
    {
        byte[] lying = Idx(0x08, [2_000_000_000], [1, 2, 3]);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Refused(lying);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(8 << 20);
    }

    [Fact]
    public void Damage_of_any_kind_gives_a_tensor_or_a_clear_refusal_and_reserves_little()
    {
        byte[][] valid = [Small, Packed(Small), Idx(0x0D, [2, 1, 2], new byte[16]), Packed(new byte[100_000])];
        var mutator = Mutator.OfJson(seed: 3);
        int rounds = LongForm.Times(20_000);
        int read = 0;
        for (int round = 0; round < rounds; round++)
        {
            byte[] bytes = mutator.Mutate(valid);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                IdxFile.Read(new MemoryStream(bytes), "it").Dispose();
                read++;
            }
            catch (InvalidDataException exception)
            {
                exception.Message.Should().Contain("'it'");
            }

            (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(4 << 20);
        }

        read.Should().BeInRange(rounds / 100, rounds - (rounds / 100), "damage must be neither always nor never noticed");
    }

    [Fact]
    public void No_tensor_is_left_by_a_refusal() => Leak.None(() => Refused(Small[..9]));

    private static string Refused(byte[] bytes)
    {
        Action read = () => IdxFile.Read(new MemoryStream(bytes), "it").Dispose();
        return read.Should().Throw<InvalidDataException>().Which.Message;
    }

    private delegate void Write<T>(Span<byte> to, T value);

    private static Tensor Read<T>(byte type, T[] values, Write<T> write)
    {
        int width = System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        byte[] bytes = new byte[values.Length * width];
        for (int i = 0; i < values.Length; i++)
        {
            write(bytes.AsSpan(i * width), values[i]);
        }

        return IdxFile.Read(new MemoryStream(Idx(type, [values.Length], bytes)), "values");
    }

    private static byte[] Idx(byte type, int[] sizes, byte[] values)
    {
        byte[] header = new byte[4 + (4 * sizes.Length)];
        header[2] = type;
        header[3] = (byte)sizes.Length;
        for (int i = 0; i < sizes.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + (4 * i)), sizes[i]);
        }

        return [.. header, .. values];
    }

    private static byte[] Packed(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>Some bytes, and then zeros for ever.</summary>
    private sealed class Endless(byte[] beginning) : MemoryStream
    {
        private int _at;

        public override int Read(Span<byte> buffer)
        {
            for (int i = 0; i < buffer.Length; i++, _at = Math.Min(_at + 1, beginning.Length))
            {
                buffer[i] = _at < beginning.Length ? beginning[_at] : (byte)0;
            }

            return buffer.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    }

    private sealed class Dripping(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1, buffer.Length)]);

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(1, count));
    }
}
