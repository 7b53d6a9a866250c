namespace Distillation.Onnx.Tests;

public sealed class HostileModelTests
{
    [Fact]
    public void Nothing_is_no_model() => Load([]).Should().Throw<InvalidDataException>().WithMessage("*0 bytes*empty*");

    [Fact]
    public void Text_is_no_model() => Load("This is a text, and no model."u8.ToArray()).Should().Throw<InvalidDataException>();

    [Fact]
    public void Random_bytes_are_no_model()
    {
        var random = new Random(1);
        for (int draw = 0; draw < 200; draw++)
        {
            byte[] bytes = new byte[random.Next(1, 2000)];
            random.NextBytes(bytes);
            Load(bytes).Should().Throw<InvalidDataException>();
        }
    }

    [Fact]
    public void File_that_was_cut_is_no_model()
    {
        byte[] whole = File.ReadAllBytes(Models.At("convnet"));
        for (int length = 1; length < whole.Length - 40; length += 97)
        {
            Load(whole[..length]).Should().Throw<InvalidDataException>();
        }
    }

    [Fact]
    public void Graphs_within_graphs_without_end_are_refused()
    {
        byte[] message = [];
        for (int depth = 0; depth < 20_000; depth++)
        {
            message = Within(depth % 3 switch { 0 => 6, 1 => 5, _ => 1 }, message);
        }

        Load(Within(7, message)).Should().Throw<InvalidDataException>();
    }

    [Theory]
    [InlineData("mlp", "pixels")]
    [InlineData("convnet", "images")]
    [InlineData("lstm", "series")]
    [InlineData("maps", "float_input")]
    [InlineData("tokens", "tokens")]
    public void Damaged_models_are_refused_or_run(string model, string input)
    {
        byte[] whole = File.ReadAllBytes(Models.At(model));
        var random = new Random(2);
        for (int draw = 0; draw < 200; draw++)
        {
            using var scope = torch.NewDisposeScope();
            byte[] bytes = [.. whole];
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                using var teacher = OnnxTeacher.FromBytes(bytes);
                teacher.Predict(Models.Samples(model, input), FeatureSet.None);
            }
            catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException or ArgumentException or NotSupportedException)
            {
                exception.Message.Should().NotBeEmpty();
            }
        }
    }

    private static Action Load(byte[] bytes) => () => OnnxTeacher.FromBytes(bytes).Dispose();

    // A field of protobuf that has a message in it.
    private static byte[] Within(int field, byte[] message)
    {
        var length = new List<byte>();
        int rest = message.Length;
        for (; rest >= 0x80; rest >>= 7)
        {
            length.Add((byte)(rest | 0x80));
        }

        return [(byte)((field << 3) | 2), .. length, (byte)rest, .. message];
    }
}
