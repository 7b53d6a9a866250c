namespace Distillation.Arrow.Tests.Layout;

public sealed class ManifestTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _scope.Dispose();
    }

    [Theory]
    [InlineData("\"count\":5", "\"count\":0", "'count' is 0")]
    [InlineData("\"count\":5", "\"count\":4", "sample*4*[0, 4)")]
    [InlineData("\"count\":5", "\"count\":5e30", "not of a store")]
    [InlineData("\"shape\":[2]", "\"shape\":[-2]", "'shape'")]
    [InlineData("\"shape\":[2]", "\"shape\":[3037000500,3037000500,2]", "'shape'")]
    [InlineData("\"shape\":[2],\"classes\":2", "\"shape\":[9223372036854775807],\"classes\":9223372036854775807", "takes more than")]
    [InlineData("\"classes\":2", "\"classes\":2,\"k\":1", "'k' is 1")]
    [InlineData("\"classes\":2", "\"classes\":2,\"type\":\"int8\"", "'type' is 'int8'")]
    [InlineData("\"classes\":2", "\"classes\":2,\"layers\":[null]", "layer")]
    [InlineData("\"classes\":2", "\"classes\":2,\"layers\":[{\"name\":\"a\",\"shape\":[0],\"type\":\"float32\"}]", "layer 'a' is [0]")]
    [InlineData("\"classes\":2", "\"classes\":2,\"layers\":[{\"name\":\"a\",\"shape\":[1],\"type\":\"float32\"}]", "column 'layer:a'*0 times")]
    [InlineData("\"schema\":1", "\"schema\":2", "'schema' is 2")]
    [InlineData(
        "dense_float32\",\"shape\":[2],\"classes\":2",
        "top_k\",\"shape\":[2],\"classes\":2,\"k\":1,\"layers\":[{\"name\":\"topk.indices\",\"shape\":[1],\"type\":\"float32\"}]",
        "layer 'topk.indices'")]
    public void Manifest_that_is_wrong_is_refused(string right, string wrong, string message)
    {
        foreach (string path in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Fixtures", "dense")))
        {
            File.Copy(path, Path.Combine(_folder, Path.GetFileName(path)));
        }

        string manifest = Path.Combine(_folder, "manifest.json");
        string text = File.ReadAllText(manifest);
        text.Should().Contain(right);
        File.WriteAllText(manifest, text.Replace(right, wrong, StringComparison.Ordinal));

        FluentActions.Invoking(() => ArrowOutputStore.OpenRead(_folder, null)).Should().Throw<InvalidDataException>().WithMessage($"*{message}*");
    }

    [Fact]
    public void Shape_with_more_dimensions_than_a_tensor_has_is_refused()
    {
        File.WriteAllText(
            Path.Combine(_folder, "manifest.json"),
            $$"""{"schema":1,"fingerprint":"f","count":1,"representation":"dense_float32","shape":[{{string.Join(',', Enumerable.Repeat(1, 64))}}],"classes":1}""");

        FluentActions.Invoking(() => ArrowOutputStore.OpenRead(_folder, null)).Should().Throw<InvalidDataException>().WithMessage("*'shape'*");
    }

    [Fact]
    public void Manifest_that_is_too_long_to_be_one_is_refused_unread()
    {
        using (FileStream stream = File.Create(Path.Combine(_folder, "manifest.json")))
        {
            stream.SetLength(1L << 40);
        }

        FluentActions.Invoking(() => ArrowOutputStore.OpenRead(_folder, null)).Should().Throw<InvalidDataException>().WithMessage("*1099511627776 bytes*");
    }

    [Fact]
    public void Outputs_that_are_refused_leave_no_manifest()
    {
        using ArrowOutputStore store = ArrowOutputStore.Open(_folder, 3, "teacher");

        FluentActions.Invoking(() => store.Write([0, 1], [0, 0], new(torch.zeros(3, 5)))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => store.Write([0], [0], new(torch.zeros(1, 0)))).Should().Throw<ArgumentException>().WithMessage("*'shape' [0]*");

        Directory.GetFiles(_folder).Should().BeEmpty();
    }
}
