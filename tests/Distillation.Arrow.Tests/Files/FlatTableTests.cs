namespace Distillation.Arrow.Tests.Files;

public sealed class FlatTableTests
{
    private const int Names = 4;
    private const int Start = 12;
    private const int Field = 16;
    private const int Vector = 20;

    [Theory]
    [InlineData(2U, 4)]
    [InlineData(1U, 8)]
    [InlineData(0U, int.MaxValue)]
    public void Vector_that_fits_has_its_places(uint count, int size)
    {
        FlatVector elements = Table(Vector, (int)count).Elements(0, size);

        elements.Count.Should().Be(count);
        elements[1].Should().Be(Vector + sizeof(uint) + (long)size);
    }

    [Theory]
    [InlineData(3, 4)]
    [InlineData(2, 8)]
    [InlineData(-1, 4)]
    [InlineData(int.MinValue, int.MaxValue)]
    public void Vector_that_ends_outside_is_refused(int count, int size) =>
        FluentActions.Invoking(() => Table(Vector, count).Elements(0, size))
            .Should().Throw<InvalidDataException>().WithMessage("'file' is damaged: its footer points outside*");

    [Theory]
    [InlineData(0, -1)]
    [InlineData(Names + 4, ushort.MaxValue)]
    [InlineData(Start, int.MinValue)]
    [InlineData(Start, int.MaxValue)]
    [InlineData(Start, -20)]
    [InlineData(Field, -1)]
    [InlineData(Field, int.MinValue)]
    public void Offset_that_leads_outside_is_refused(int at, int value) =>
        FluentActions.Invoking(() => Table(at, value).Elements(0, sizeof(uint))).Should().Throw<InvalidDataException>().WithMessage("*outside of itself*");

    [Fact]
    public void Field_that_the_table_does_not_have_is_missing()
    {
        FlatTable table = Table(Vector, 0);

        table.Has(1).Should().BeFalse();
        table.Value<int>(1, missing: 7).Should().Be(7);
        table.Text(1).Length.Should().Be(0);
        table.Table(1).Should().BeNull();
        table.Elements(1, 4).Count.Should().Be(0);
    }

    // A table whose only field is a vector with room for eight bytes; four bytes of it are replaced.
    private static FlatTable Table(int at, int value)
    {
        byte[] bytes = new byte[Vector + sizeof(uint) + 8];
        (int Place, int Value)[] numbers =
            [(0, Start), (Names, 6 | (8 << 16)), (Names + 4, Field - Start), (Start, Start - Names), (Field, Vector - Field), (Vector, 2), (at, value)];
        foreach ((int place, int number) in numbers)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(place), number);
        }

        return new FlatBytes(bytes, "file", "footer").Table(0);
    }
}
