using System.Buffers.Binary;
using System.Text;
using CsCheck;

namespace Distillation.Tests.BuildTransitive;

public sealed class ElfSymbolVersionsTests
{
    private const string Version = "GLIBCXX_3.4.32";

    [Fact]
    public void Entry_is_weakened_and_nothing_else_changes()
    {
        byte[] file = Elf(["GLIBC_2.2.5"], ["GLIBCXX_3.4.21", Version, "CXXABI_1.3"]);

        byte[]? changed = ElfSymbolVersions.Weaken(file, Version);

        int[] differences = [.. Enumerable.Range(0, file.Length).Where(i => file[i] != changed![i])];
        differences.Should().ContainSingle();
        Flags(changed!).Should().Equal(0, 0, 2, 0);
    }

    [Fact]
    public void Original_stays_as_it_is()
    {
        byte[] file = Elf([Version]);
        byte[] before = [.. file];

        ElfSymbolVersions.Weaken(file, Version);

        file.Should().Equal(before);
    }

    [Fact]
    public void File_without_the_entry_needs_no_change() =>
        ElfSymbolVersions.Weaken(Elf(["GLIBCXX_3.4.30", "GLIBCXX_3.4.3", "GLIBCXX_3.4.321"]), Version).Should().BeNull();

    [Fact]
    public void File_without_needed_versions_needs_no_change() => ElfSymbolVersions.Weaken(Elf(), Version).Should().BeNull();

    [Fact]
    public void Weakened_file_needs_no_change() => ElfSymbolVersions.Weaken(ElfSymbolVersions.Weaken(Elf([Version]), Version), Version).Should().BeNull();

    [Fact]
    public void File_of_32_bits_needs_no_change()
    {
        byte[] file = Elf([Version]);
        file[4] = 1;

        ElfSymbolVersions.Weaken(file, Version).Should().BeNull();
    }

    [Fact]
    public void File_that_is_no_elf_is_refused()
    {
        Action weaken = () => ElfSymbolVersions.Weaken(Encoding.ASCII.GetBytes(new string('x', 200)), Version);

        weaken.Should().Throw<InvalidDataException>().WithMessage("*no ELF*");
    }

    [Fact]
    public void Truncated_file_is_refused_at_every_length()
    {
        byte[] file = Elf(["GLIBC_2.2.5"], [Version]);
        for (int length = 0; length < file.Length; length++)
        {
            Action weaken = () => ElfSymbolVersions.Weaken(file[..length], Version);
            weaken.Should().Throw<InvalidDataException>($"only {length} of {file.Length} bytes are there");
        }
    }

    [Fact]
    public void Damaged_file_gives_a_clear_refusal_and_never_more_than_flags_change() =>
        Gen.Select(Gen.Int[0, 400], Gen.Byte, Gen.Int[0, 400], Gen.Byte).ForAll((at1, value1, at2, value2) =>
        {
            byte[] file = Elf(["GLIBC_2.2.5", Version], [Version]);
            file[at1 % file.Length] = value1;
            file[at2 % file.Length] = value2;
            try
            {
                byte[]? changed = ElfSymbolVersions.Weaken(file, Version);
                return changed is null || Enumerable.Range(0, file.Length).All(i => changed[i] == file[i] || changed[i] == (file[i] | 2));
            }
            catch (InvalidDataException)
            {
                return true;
            }
        });

    [Fact]
    public void Circle_of_entries_ends()
    {
        byte[] file = Elf([Version, "B"]);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(Needed + 16 + 12), 0); // the next version is the same one again
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(Needed + 2), ushort.MaxValue);

        Action weaken = () => ElfSymbolVersions.Weaken(file, Version);

        weaken.Should().Throw<InvalidDataException>().WithMessage("*longer than the file*");
    }

    private const int Needed = 64 + (3 * 64);

    // A header, three sections (none, needed versions, strings), the libraries with their versions, the strings.
    internal static byte[] Elf(params string[][] libraries)
    {
        var needed = new List<byte>();
        var strings = new List<byte> { 0 };
        for (int i = 0; i < libraries.Length; i++)
        {
            bool last = i == libraries.Length - 1;
            needed.AddRange([.. U16(1), .. U16(libraries[i].Length), .. U32(0), .. U32(16), .. U32(last ? 0 : 16 + (16 * libraries[i].Length))]);
            for (int j = 0; j < libraries[i].Length; j++)
            {
                needed.AddRange([.. U32(0), .. U16(0), .. U16(2), .. U32(strings.Count), .. U32(j == libraries[i].Length - 1 ? 0 : 16)]);
                strings.AddRange([.. Encoding.ASCII.GetBytes(libraries[i][j]), 0]);
            }
        }

        byte[] header = [0x7f, .. "ELF"u8, 2, 1, 1, .. new byte[9], .. new byte[24], .. U64(64), .. new byte[10], .. U16(64), .. U16(3), .. U16(2)];
        header.Should().HaveCount(64);
        return
        [
            .. header,
            .. new byte[64],
            .. libraries.Length == 0 ? Section(1, Needed - 1, 0, 0) : Section(0x6ffffffe, Needed, 2, libraries.Length),
            .. Section(3, Needed + needed.Count, 0, 0),
            .. needed,
            .. strings,
        ];
    }

    private static byte[] Section(uint type, int offset, int link, int info) =>
        [.. U32(0), .. U32((int)type), .. U64(0), .. U64(0), .. U64(offset), .. U64(0), .. U32(link), .. U32(info), .. U64(0), .. U64(0)];

    private static int[] Flags(byte[] file)
    {
        var flags = new List<int>();
        for (int library = Needed, next; ; library += next)
        {
            for (int i = 0; i < BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(library + 2)); i++)
            {
                flags.Add(BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(library + 16 + (16 * i) + 4)));
            }

            next = (int)BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(library + 12));
            if (next == 0)
            {
                return [.. flags];
            }
        }
    }

    private static byte[] U16(int value) => [(byte)value, (byte)(value >> 8)];

    private static byte[] U32(int value) => [.. U16(value), .. U16(value >> 16)];

    private static byte[] U64(int value) => [.. U32(value), 0, 0, 0, 0];
}
