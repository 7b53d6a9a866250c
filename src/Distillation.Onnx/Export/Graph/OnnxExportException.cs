namespace Distillation.Onnx;

/// <summary>
/// A module cannot be written as an ONNX file, or ONNX Runtime computes something else from the file than the module does. There is no file then.
/// </summary>
public sealed class OnnxExportException : Exception
{
    /// <summary>Creates the exception.</summary>
    public OnnxExportException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong. A module that throws it in <see cref="IOnnxExportable.Export"/> is named in front.</param>
    public OnnxExportException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">Why.</param>
    public OnnxExportException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
