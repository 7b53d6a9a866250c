using System.Text;

namespace Distillation.SmallData.Tests;

public sealed class SampleFileTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly TensorData _samples = SmallProblem.Rings(30);

    private string Path => System.IO.Path.Combine(_folder.FullName, "samples");

    public void Dispose()
    {
        _samples.Dispose();
        _folder.Delete(recursive: true);
        _scope.Dispose();
    }

    [Fact]
    public void Samples_without_labels_are_the_same_after_a_round_trip()
    {
        SampleFile.Save(new TensorData(_samples.Inputs), Path);

        using TensorData read = SampleFile.Load(Path);

        Close.Numbers(read.Inputs).Should().Equal(Close.Numbers(_samples.Inputs));
        read.Labels.Should().BeNull();
    }

    [Fact]
    public void Labeled_pool_is_the_same_after_a_round_trip()
    {
        using TensorData pool = _samples.LabeledBy(Teacher.From(inputs => inputs), new LabelingOptions { KnownShare = 0.5 }).InMemory();
        SampleFile.Save(pool, Path);

        using TensorData read = SampleFile.Load(Path);

        read.Labels!.shape.Should().Equal(30, 2);
        read.Labels.dtype.Should().Be(pool.Labels!.dtype);
        Close.Numbers(read.Labels).Should().Equal(Close.Numbers(pool.Labels));
        Close.Numbers(read.Inputs).Should().Equal(Close.Numbers(pool.Inputs));
    }

    [Fact]
    public void Truncated_samples_are_refused_at_any_length()
    {
        SampleFile.Save(_samples, Path);
        byte[] whole = File.ReadAllBytes(Path);

        for (int length = 0; length < whole.Length; length += 29)
        {
            File.WriteAllBytes(Path, whole[..length]);
            FluentActions.Invoking(() => SampleFile.Load(Path)).Should().Throw<InvalidDataException>($"{length} bytes are not all").WithMessage($"'{Path}'*");
        }
    }

    [Theory]
    [InlineData("[30,2]", "[30,3]")]
    [InlineData("[30,2]", "[-30,-2]")]
    [InlineData("[30,2]", "[4611686018427387904,4611686018427387904,4611686018427387904]")]
    [InlineData("[30,2]", "[30,\"2\"]")]
    [InlineData("[0,240]", "[8,240]")]
    [InlineData("[0,240]", "[-240,0]")]
    [InlineData("\"F32\"", "\"F7\"")]
    [InlineData("sha256", "sha25")]
    public void Header_that_does_not_fit_is_refused(string right, string wrong)
    {
        SampleFile.Save(_samples, Path);
        byte[] whole = File.ReadAllBytes(Path);
        int length = (int)BitConverter.ToInt64(whole);
        string header = Encoding.UTF8.GetString(whole, 8, length);
        header.Should().Contain(right);
        byte[] other = Encoding.UTF8.GetBytes(header.Replace(right, wrong, StringComparison.Ordinal));
        File.WriteAllBytes(Path, [.. BitConverter.GetBytes((long)other.Length), .. other, .. whole[(8 + length)..]]);

        FluentActions.Invoking(() => SampleFile.Load(Path)).Should().Throw<InvalidDataException>().WithMessage($"'{Path}'*");
    }

    [Fact]
    public void What_cannot_be_written_leaves_nothing_behind()
    {
        Directory.CreateDirectory(Path);

        FluentActions.Invoking(() => SampleFile.Save(_samples, Path)).Should().Throw<Exception>()
            .Which.Should().Match(exception => exception is IOException || exception is UnauthorizedAccessException);

        _folder.GetFiles().Should().BeEmpty();
    }

    [Fact]
    public void Reading_and_writing_leave_no_tensor()
    {
        SampleFile.Save(_samples, Path);

        Leak.None(() =>
        {
            SampleFile.Load(Path).Dispose();
            SampleFile.Save(_samples, Path);
        });
    }
}
