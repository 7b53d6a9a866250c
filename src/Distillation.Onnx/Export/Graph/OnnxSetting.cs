using Distillation.Onnx.Format;
using Google.Protobuf;

namespace Distillation.Onnx;

/// <summary>
/// A setting of an ONNX operator: a number, a text, or several of them. They convert by themselves: <c>("axis", 1)</c>,
/// <c>("perm", new long[] { 1, 0, 2 })</c>.
/// </summary>
public sealed class OnnxSetting
{
    private readonly AttributeProto _value;

    private OnnxSetting(AttributeProto value) => _value = value;

    /// <summary>Creates an integer.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator OnnxSetting(long value) => new(new() { Type = AttributeProto.Types.AttributeType.Int, I = value });

    /// <summary>Creates a number; ONNX keeps it as float32.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator OnnxSetting(double value) => new(new() { Type = AttributeProto.Types.AttributeType.Float, F = (float)value });

    /// <summary>Creates a text.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator OnnxSetting(string value) =>
        new(new() { Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) });

    /// <summary>Creates several integers.</summary>
    /// <param name="values">The values.</param>
    public static implicit operator OnnxSetting(long[] values) => new(new() { Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } });

    /// <summary>Creates several texts.</summary>
    /// <param name="values">The values.</param>
    public static implicit operator OnnxSetting(string[] values) =>
        new(new() { Type = AttributeProto.Types.AttributeType.Strings, Strings = { values.Select(ByteString.CopyFromUtf8) } });

    internal AttributeProto Named(string name) => new(_value) { Name = name };
}
